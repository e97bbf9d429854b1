"""A run's state on disk: written whole or not at all, so that a run can be stopped at any moment and go on later."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.errors import DataError, ModelError
from fer_web.registry.catalog import sha256_of
from fer_web.training.average import WeightAverage, Weights
from fer_web.training.schedule import Patience

STATE = "state.npz"
BEST = "best.npz"
INPUTS = "inputs.json"


@dataclass
class Progress:
    """How far a run has come; `history` has one row an epoch."""

    epoch: int = 0
    step: int = 0
    elapsed_s: float = 0.0
    chosen_size: int = 0
    patience: Patience = field(default_factory=Patience)
    history: list[dict[str, float]] = field(default_factory=list)


def save_state(folder: Path, progress: Progress, model: Any, average: WeightAverage) -> None:
    """Everything that a run needs to go on: weights, their average, the optimizer's moments, and its progress."""
    arrays = {f"model{i:04d}": value for i, value in enumerate(model.get_weights())}
    arrays |= {f"average{i:04d}": value for i, value in enumerate(average.weights)}
    arrays |= {f"optimizer{i:04d}": np.asarray(value) for i, value in enumerate(_moments(model))}
    _write(folder / STATE, arrays | {"average_steps": np.array(average.steps)}, asdict(progress))


def load_state(folder: Path, model: Any, average: WeightAverage) -> Progress | None:
    """Put a saved state back; None when there is none."""
    path = folder / STATE
    if not path.is_file():
        return None
    with np.load(path) as saved:
        model.set_weights(_series(saved, "model"))
        average.weights = _series(saved, "average")
        average.steps = int(saved["average_steps"])
        model.optimizer.build(model.trainable_variables)
        for variable, value in zip(model.optimizer.variables, _series(saved, "optimizer"), strict=True):
            variable.assign(value)
        values = json.loads(str(saved["progress"]))
    return Progress(**{**values, "patience": Patience(**values["patience"])})


def save_best(folder: Path, weights: Weights, facts: dict[str, Any]) -> None:
    """The weights that the choosing split liked best so far, with the facts of their epoch."""
    _write(folder / BEST, {f"model{i:04d}": value for i, value in enumerate(weights)}, facts)


def load_best(folder: Path) -> tuple[Weights, dict[str, Any]]:
    """The chosen weights of a run and the facts of their epoch; DataError when none have been chosen yet."""
    if not (folder / BEST).is_file():
        raise DataError(f"{folder} holds no finished run: train first")
    with np.load(folder / BEST) as saved:
        return _series(saved, "model"), json.loads(str(saved["progress"]))


def take_weights(model: Any, trained: Any, *, partly: bool = False) -> None:
    """Copy weights layer by layer, by name; ModelError where the two networks differ.

    With `partly`, layers that `trained` lacks keep what they have.
    """
    known = {layer.name for layer in trained.layers}
    for layer in model.layers:
        if not layer.weights or (partly and layer.name not in known):
            continue
        try:
            layer.set_weights(trained.get_layer(layer.name).get_weights())
        except ValueError as error:
            raise ModelError(f"the trained network's layer {layer.name!r} does not fit: {error}") from error


def note_inputs(folder: Path, **inputs: Path | None) -> None:
    """Keep the names and hashes of the files that a run begins from or learns by, besides its data; folders by name."""
    found = {role: _described(path) for role, path in inputs.items() if path is not None}
    (folder / INPUTS).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def noted_inputs(folder: Path) -> dict[str, str]:
    """What `note_inputs` kept; nothing where it kept nothing."""
    path = folder / INPUTS
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return kept


def _described(path: Path) -> str:
    return f"{path.name}, SHA-256 {sha256_of(path)}" if path.is_file() else path.name


def _moments(model: Any) -> list[Any]:
    from keras import ops

    return [ops.convert_to_numpy(variable.value) for variable in model.optimizer.variables]


def _series(saved: Any, prefix: str) -> Weights:
    names = sorted(name for name in saved.files if name.startswith(prefix) and name[len(prefix) :].isdigit())
    return [saved[name] for name in names]


def _write(path: Path, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        np.savez(file, **arrays, progress=np.array(json.dumps(facts)))
    partial.replace(path)
