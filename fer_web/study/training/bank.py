"""A bank of views: every training picture moved about in several ways, and what teachers answer for those very views.

A student that sees a view beside what its teachers said of that very view learns more from an epoch than from answers
about the picture as it is (Beyer et al. 2022, "Knowledge distillation: A good teacher is patient and consistent").
Asked once and kept, the teachers cost a long run no more than a short one.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError
from fer_web.study.networks import LABELS
from fer_web.study.training.augment import Augmentation, resized
from fer_web.study.training.dataset import SIDE_PX, Split, fingerprint
from fer_web.study.training.predict import predict

FACTS, PICTURES, LOGITS = "bank.json", "pictures.npy", "logits.npy"


@dataclass(frozen=True, slots=True)
class ViewBank:
    """A finished bank's folder; its files are mapped by whichever process reads them, not copied to it."""

    folder: Path
    views: int

    def batch(self, epoch: int, rows: NDArray[np.int64], size: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """The views (k, size, size) of pictures (k,) that belong to an epoch, and their teachers' logits (k, 7)."""
        pictures, logits = _opened(self.folder)
        view = epoch % self.views
        return resized(np.asarray(pictures[view, rows]), size), np.asarray(logits[view, rows], np.float32)


def make_bank(
    folder: Path,
    training: Split,
    teachers: Sequence[tuple[str, Any]],
    augmentation: Augmentation,
    views: int,
    seed: int,
) -> ViewBank:
    """Make a bank of `views` views by named teachers, or go on making it; DataError when another one is there.

    What only a camera does to a picture (`camera`, `reframed`) and mixtures are left to the fresh views of a run's end.
    """
    from tqdm import tqdm

    kind = replace(augmentation, camera=0.0, reframed=0.0, mixup=0.0)
    facts = {"pictures": fingerprint(training), "views": views, "seed": seed, "augmentation": asdict(kind),
             "teachers": [name for name, _ in teachers]}  # fmt: skip
    done = _begun(folder, facts, len(training))
    pictures, logits = _mapped(folder, "r+")
    with tqdm(total=views * len(training), initial=done * len(training), desc="bank", unit="view") as bar:
        for view in range(done, views):
            pictures[view] = kind.views(training.pixels, SIDE_PX, np.random.default_rng((seed, view)))[0]
            asked = np.asarray(pictures[view])
            said = [predict(model, asked, SIDE_PX)[:, :LABELS] for _, model in teachers]
            logits[view] = np.mean(said, axis=0)
            pictures.flush()
            logits.flush()
            _write_facts(folder, {**facts, "done": view + 1})
            bar.update(len(training))
    _opened.cache_clear()
    return ViewBank(folder, views)


def read_bank(folder: Path, training: Split) -> ViewBank:
    """A finished bank; DataError when there is none, or it is of other pictures."""
    facts = _facts(folder)
    if facts is None:
        raise DataError(f"{folder} holds no bank of views: make it with `bank`")
    if facts["pictures"] != fingerprint(training):
        raise DataError(f"{folder} holds views of other pictures: make the bank again from this data set")
    if facts["done"] < facts["views"]:
        raise DataError(f"{folder} has {facts['done']} of {facts['views']} views: start `bank` again, it goes on")
    return ViewBank(folder, facts["views"])


def _begun(folder: Path, facts: dict[str, Any], count: int) -> int:
    """How many views are there already; a new folder gets its empty files."""
    before = _facts(folder)
    if before is not None:
        done = int(before.pop("done"))
        if before != facts:
            changed = ", ".join(name for name in facts if before.get(name) != facts[name])
            raise DataError(f"{folder} holds a bank with other {changed}: choose another folder")
        return done
    folder.mkdir(parents=True, exist_ok=True)
    shape = (facts["views"], count)
    np.lib.format.open_memmap(folder / PICTURES, "w+", np.uint8, (*shape, SIDE_PX, SIDE_PX)).flush()
    np.lib.format.open_memmap(folder / LOGITS, "w+", np.float16, (*shape, LABELS)).flush()
    _write_facts(folder, {**facts, "done": 0})
    return 0


def _facts(folder: Path) -> dict[str, Any] | None:
    try:
        facts: dict[str, Any] = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DataError(f"{folder / FACTS} cannot be read: {error}") from error
    return facts


def _write_facts(folder: Path, facts: dict[str, Any]) -> None:
    partial = folder / f".{FACTS}"
    partial.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    partial.replace(folder / FACTS)


def _mapped(folder: Path, mode: Any) -> tuple[Any, Any]:
    try:
        pictures, logits = (np.load(folder / name, mmap_mode=mode, allow_pickle=False) for name in (PICTURES, LOGITS))
    except (OSError, ValueError) as error:
        raise DataError(f"the bank in {folder} cannot be read: {error}") from error
    return pictures, logits


@lru_cache(maxsize=4)
def _opened(folder: Path) -> tuple[Any, Any]:
    return _mapped(folder, "r")
