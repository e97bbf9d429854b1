"""A run's state on disk: written whole or not at all, so that a run can be stopped at any moment and go on later."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError, ModelError
from fer_web.registry.catalog import sha256_of
from fer_web.study.training.average import WeightAverage, Weights
from fer_web.study.training.config import read_config
from fer_web.study.training.schedule import Patience
from fer_web.study.training.tables import read_arrays

STATE = "state.npz"
BEST = "best.npz"
INPUTS = "inputs.json"
DESCRIPTION = "run.toml"


@dataclass
class Progress:
    """How far a run has come; `history` has one row an epoch. `is_stopped`: early, as more would not have helped."""

    epoch: int = 0
    step: int = 0
    elapsed_s: float = 0.0
    chosen_size: int = 0
    is_stopped: bool = False
    patience: Patience = field(default_factory=Patience)
    history: list[dict[str, float]] = field(default_factory=list)


def save_state(folder: Path, progress: Progress, model: Any, average: WeightAverage) -> None:
    """Everything that a run needs to go on: weights, their average, moments, dropout's seeds, and its progress."""
    arrays = {f"model{i:04d}": value for i, value in enumerate(model.get_weights())}
    arrays |= {f"average{i:04d}": value for i, value in enumerate(average.weights)}
    arrays |= {f"optimizer{i:04d}": value for i, value in enumerate(_arrays(model.optimizer.variables))}
    arrays |= {f"seed{i:04d}": value for i, value in enumerate(_arrays(_seeds(model)))}
    _write(folder / STATE, arrays | {"average_steps": np.array(average.steps)}, asdict(progress))


def load_state(folder: Path, model: Any, average: WeightAverage) -> Progress | None:
    """Put a saved state back; None when there is none, DataError when it cannot be read or is another network's."""
    path = folder / STATE
    if not path.is_file():
        return None
    saved = read_arrays(path, ("progress", "average_steps"))
    values = json.loads(str(saved["progress"]))
    model.optimizer.build(model.trainable_variables)
    try:
        model.set_weights(_series(saved, "model"))
        for prefix, variables in (("optimizer", model.optimizer.variables), ("seed", _seeds(model))):
            for variable, value in zip(variables, _series(saved, prefix), strict=True):
                variable.assign(value)
    except ValueError as error:
        raise DataError(f"{path} is the state of another network: {error}") from error
    average.weights, average.steps = _series(saved, "average"), int(saved["average_steps"])
    return Progress(**{**values, "patience": Patience(**values["patience"])})


def _seeds(model: Any) -> list[Any]:
    """The states of a model's random layers, which are no weights."""
    weights = {id(variable) for variable in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights]


def save_best(folder: Path, weights: Weights, facts: dict[str, Any]) -> None:
    """The weights that the choosing split liked best so far, with the facts of their epoch."""
    _write(folder / BEST, {f"model{i:04d}": value for i, value in enumerate(weights)}, facts)


def load_best(folder: Path) -> tuple[Weights, dict[str, Any]]:
    """The chosen weights of a run and the facts of their epoch; DataError when none have been chosen yet."""
    if not (folder / BEST).is_file():
        raise DataError(f"{folder} holds no finished run: train first")
    saved = read_arrays(folder / BEST, ("progress",))
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


def keep_description(folder: Path, config: Path) -> None:
    """Copy a run's TOML file into its folder, made if need be; DataError when a run that is described otherwise has
    begun there."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / DESCRIPTION
    if config.resolve() == kept.resolve():
        return
    if (folder / STATE).is_file() and read_config(config) != read_config(kept):
        raise DataError(
            f"{folder} holds a run that {config.name} does not describe: go on with --config {kept}, or choose another "
            "folder"
        )
    shutil.copyfile(config, kept)


def note_inputs(folder: Path, **inputs: Path | None) -> None:
    """Keep the names and hashes of the files that a run begins from or learns by, besides its data; folders by name.

    DataError when the run has begun and learned by others; what it began from is not asked for again.
    """
    found = {role: _described(path) for role, path in inputs.items() if path is not None}
    if (folder / STATE).is_file():
        kept = noted_inputs(folder)
        for role in sorted({*kept, *found} - {"start"}):
            before, now = kept.get(role, "left out"), found.get(role, "left out")
            if before != now:
                raise DataError(f"{folder} holds a run with {role} {before}, not {now}: choose another folder")
        return
    (folder / INPUTS).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def noted_inputs(folder: Path) -> dict[str, str]:
    """What `note_inputs` kept; nothing where it kept nothing."""
    path = folder / INPUTS
    kept: dict[str, str] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return kept


def _described(path: Path) -> str:
    return f"{path.name}, SHA-256 {sha256_of(path)}" if path.is_file() else path.name


def _arrays(variables: Sequence[Any]) -> list[NDArray[Any]]:
    from keras import ops

    return [np.asarray(ops.convert_to_numpy(variable.value)) for variable in variables]


def _series(saved: Mapping[str, NDArray[Any]], prefix: str) -> list[NDArray[Any]]:
    names = sorted(name for name in saved if name.startswith(prefix) and name[len(prefix) :].isdigit())
    return [saved[name] for name in names]


def _write(path: Path, arrays: dict[str, Any], facts: dict[str, Any]) -> None:
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        np.savez(file, **arrays, progress=np.array(json.dumps(facts)))
    partial.replace(path)
