"""Finding, checking and loading the models of a folder: `<name>.keras` with `<name>.json` beside it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from fer_web.errors import ModelError
from fer_web.registry.card import EXPRESSION, ModelCard


def list_models(directory: Path, task: str | None = None) -> list[ModelCard]:
    """The cards of a folder's models by name: of all, or of those for one task."""
    cards = [ModelCard.read(path.with_suffix(".json")) for path in sorted(directory.glob("*.keras"))]
    return [card for card in cards if task in (None, card.task)]


def verify_model(directory: Path, name: str) -> ModelCard:
    """The card of a model whose file is unchanged; ModelError when it is missing or has another hash."""
    path = directory / f"{name}.keras"
    if Path(name).name != name or not path.is_file():
        available = ", ".join(sorted(file.stem for file in directory.glob("*.keras"))) or "none"
        raise ModelError(f"there is no model {name!r} in {directory} (available: {available})")
    card = ModelCard.read(path.with_suffix(".json"))
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
    if Path(name).name != name or not path.with_suffix(".json").is_file():
        available = ", ".join(card.name for card in list_models(directory, task)) or "none"
        raise ModelError(f"there is no model {name!r} in {directory} (available: {available})")
    card = ModelCard.read(path.with_suffix(".json"))
    _check_task(directory, card, task)
    if not path.is_file() or not card.tflite_sha256:
        raise ModelError(f"{path} does not exist: make it with fer-web export {name} --models {directory}")
    if sha256_of(path) != card.tflite_sha256:
        raise ModelError(
            f"{path.name} has another SHA-256 than its card says: it was changed, or the model was published anew; "
            f"run fer-web export {name}"
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
