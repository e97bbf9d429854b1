"""A published model's answers to training pictures, kept one by one: any subset of them is found again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_web.registry.catalog import verify_model
from fer_web.study.training.files import write_arrays
from fer_web.study.training.teachers import mean_logits, teacher

MODELS = Path("models")
SHIFTS = ((0, 0),)  # unmoved alone: nine rows of ten would wait longer for more than their gain
Pictures = NDArray[np.uint8]
Logits = NDArray[np.float32]


def teaching(name: str, pictures: Pictures, cache: Path | None, models: Path = MODELS) -> Logits:
    """The model's logits (n, 7), averaged over each picture and its mirror image; ModelError without it."""
    card = verify_model(models, name)
    path = cache / f"teaching-{name}-{card.sha256[:12]}.npz" if cache else None
    known = _read(path)
    keys = [picture_key(picture) for picture in pictures]
    new = [index for index, key in enumerate(keys) if key not in known]
    if new:
        asked = mean_logits([teacher(models / f"{name}.keras")], pictures[new], SHIFTS)
        known |= dict(zip((keys[i] for i in new), asked, strict=True))
        if path:
            keep(path, known)
    return np.stack([known[key] for key in keys])


def picture_key(picture: Pictures) -> bytes:
    """What a picture is found by."""
    return hashlib.blake2b(picture.tobytes(), digest_size=12).digest()


def keep(path: Path, known: dict[bytes, Logits]) -> None:
    """Write all answers, whole or not at all."""
    write_arrays(path, {"keys": np.array(list(known), dtype="S12"), "logits": np.stack(list(known.values()))})


def _read(path: Path | None) -> dict[bytes, Logits]:
    if path is None or not path.is_file():
        return {}
    with np.load(path) as kept:
        keys = np.frombuffer(kept["keys"].tobytes(), dtype="V12")
        return {key.tobytes(): logits for key, logits in zip(keys, kept["logits"], strict=True)}
