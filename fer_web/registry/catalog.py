"""Finding, checking and loading the models of a folder: `<name>.keras` with `<name>.json` beside it, or a card alone
that names its parts."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from fer_web.errors import ModelError
from fer_web.registry.card import EXPRESSION, ModelCard
from fer_web.registry.pool import digest_of


def list_models(directory: Path, task: str | None = None) -> list[ModelCard]:
    """The cards of a folder's models by name: of all, or of those for one task."""
    cards = [ModelCard.read(directory / f"{name}.json") for name in _names(directory)]
    return [card for card in cards if task in (None, card.task)]


def verify_model(directory: Path, name: str) -> ModelCard:
    """The card of a model whose file is unchanged; ModelError when it is missing or has another hash."""
    card = _card(directory, name)
    if card.parts:
        return _verified_pool(
            card, [verify_model(directory, part).sha256 for part in _parts(directory, card)], card.sha256
        )
    path = directory / f"{name}.keras"
    actual = sha256_of(path)
    if actual != card.sha256:
        raise ModelError(
            f"{path.name} has SHA-256 {actual[:12]}…, but its card says {card.sha256[:12]}…: "
            "the file was changed or damaged; download it again"
        )
    return card


def verify_lite(directory: Path, name: str, task: str | None = EXPRESSION) -> ModelCard:
    """The card of a model whose .tflite file is unchanged; ModelError: it is missing, damaged or for another task."""
    path = directory / f"{name}.tflite"
    card = _card(directory, name, "json")
    _check_task(directory, card, task)
    if card.parts:
        hashes = [verify_lite(directory, part, task).tflite_sha256 for part in _parts(directory, card)]
        return _verified_pool(card, hashes, card.tflite_sha256)
    if not path.is_file() or not card.tflite_sha256:
        raise ModelError(f"{path} does not exist: make it with fer-web export {name} --models {directory}")
    if sha256_of(path) != card.tflite_sha256:
        raise ModelError(
            f"{path.name} has another SHA-256 than its card says: it was changed, or the model was published anew; "
            f"run fer-web export {name}"
        )
    return card


def networks_of(directory: Path, card: ModelCard) -> list[ModelCard]:
    """The cards of the networks that answer for a model: its own, or its parts'. ModelError for an unreadable one."""
    return [ModelCard.read(directory / f"{part}.json") for part in card.parts] or [card]


def _names(directory: Path) -> list[str]:
    """Those of the folder's .keras files, and of its cards that name parts."""
    files = {path.stem for path in directory.glob("*.keras")}
    return sorted(files | {path.stem for path in directory.glob("*.json") if path.stem not in files and _is_pool(path)})


def _is_pool(path: Path) -> bool:
    """Whether it is a card with parts; the folder also holds cards of other kinds, and lists."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(values, dict) and bool(values.get("parts")) and "network" in values


def _card(directory: Path, name: str, needs: str = "keras") -> ModelCard:
    """The card of that name; ModelError when there is none, or, for a model without parts, no file that it `needs`."""
    path = directory / f"{name}.json"
    is_known = Path(name).name == name and ((directory / f"{name}.{needs}").is_file() or _is_pool(path))
    if not is_known:
        raise ModelError(
            f"there is no model {name!r} in {directory} (available: {', '.join(_names(directory)) or 'none'})"
        )
    return ModelCard.read(path)


def _parts(directory: Path, card: ModelCard) -> list[str]:
    """The names of a pool's parts; ModelError when one is a pool itself."""
    for part in card.parts:
        if _is_pool(directory / f"{part}.json"):
            raise ModelError(f"{card.name} has the part {part}, which is a pool itself")
    return list(card.parts)


def _verified_pool(card: ModelCard, hashes: list[str], expected: str) -> ModelCard:
    if digest_of(hashes) != expected:
        together = " ".join(card.parts)
        raise ModelError(
            f"{card.name} was made of other weights of {' and '.join(card.parts)}: "
            f"run fer-web pool {card.name} {together} --data fer2013.csv"
        )
    return card


def _check_task(directory: Path, card: ModelCard, task: str | None) -> None:
    if task not in (None, card.task):
        fitting = ", ".join(other.name for other in list_models(directory, task)) or "none"
        raise ModelError(f"{card.name} is a model for {card.task}, but one for {task} is needed (available: {fitting})")


def load_model(directory: Path, name: str, task: str | None = EXPRESSION) -> tuple[Any, ModelCard]:
    """The Keras model, prepared chips (n, height, width, 1) to what its card says, and its card.

    ModelError when it is missing, damaged, or made for another `task` (None: any).
    Nothing of the file is read by Keras before its hash has matched, and no code in it is run (`safe_mode`).
    """
    card = verify_model(directory, name)
    _check_task(directory, card, task)
    quiet_tensorflow()
    if card.parts:
        return pooled_model(directory, card), card
    import keras

    try:
        model = keras.saving.load_model(directory / f"{name}.keras", compile=False, safe_mode=True)
    except (ValueError, TypeError, OSError) as error:
        raise ModelError(f"{name}.keras cannot be loaded: {error}") from error
    expected = (None, card.input.height, card.input.width, 1)
    if model.input_shape != expected or model.output_shape != (None, *card.output_shape):
        says = f"{expected} to {(None, *card.output_shape)}"
        raise ModelError(f"{name}.keras maps {model.input_shape} to {model.output_shape}; its card says {says}")
    return model, card


def pooled_model(directory: Path, card: ModelCard) -> Any:
    """A Keras model of a card's parts, whose logits are those of `pooled`. ModelError when one cannot be loaded."""
    import keras

    face, scaled = keras.Input((card.input.height, card.input.width, 1)), []
    for part, temperature in card.parts.items():
        model, _ = load_model(directory, part, card.task)
        model.name = part  # unique, as it has to be in one model
        scaled.append(model(face) / temperature)
    return keras.Model(face, sum(scaled[1:], scaled[0]) / len(scaled))


def quiet_tensorflow() -> None:
    """Before it is imported: TensorFlow reports a missing graphics card as an error; what really fails is raised."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def sha256_of(path: Path) -> str:
    """A file's SHA-256 in hexadecimal."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
