"""A run's state on disk: written whole or not at all, so that a run can be stopped at any moment and go on later."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError
from fer_web.registry.catalog import sha256_of
from fer_web.study.training.average import WeightAverage
from fer_web.study.training.config import read_config
from fer_web.study.training.files import write_arrays
from fer_web.study.training.schedule import Patience
from fer_web.study.training.tables import read_arrays

STATE = "state.npz"
INPUTS = "inputs.json"
DESCRIPTION = "run.toml"


@dataclass
class TrainingProgress:
    """How far a run has come; `history` has one row an epoch. `is_stopped`: early, as more would not have helped.
    `kept_epoch` is the one whose kept weights it went on with when its folder was lost; 0 if it never was. `changes`
    say what is otherwise than first planned, and from when on.
    """

    epoch: int = 0
    step: int = 0
    elapsed_s: float = 0.0
    chosen_size: int = 0
    is_stopped: bool = False
    kept_epoch: int = 0
    changes: list[str] = field(default_factory=list)
    patience: Patience = field(default_factory=Patience)
    history: list[dict[str, float]] = field(default_factory=list)


@dataclass(frozen=True)
class SavedState:
    """What a file holds of a run: its progress, and the arrays to go on with."""

    path: Path
    progress: TrainingProgress
    arrays: Mapping[str, NDArray[Any]]

    def give(self, model: Any, average: WeightAverage) -> None:
        """Put everything back into a compiled model; DataError when it is another network's."""
        try:
            model.set_weights(self.series("model"))
            for prefix, variables in (("optimizer", model.optimizer.variables), ("seed", _seeds(model))):
                for variable, value in zip(variables, self.series(prefix), strict=True):
                    variable.assign(value)
        except ValueError as error:
            raise DataError(f"{self.path} is the state of another network: {error}") from error
        average.weights, average.steps = self.series("average"), int(self.arrays["average_steps"])

    def series(self, prefix: str) -> list[NDArray[Any]]:
        """The arrays of 'model', 'average', 'optimizer' or 'seed', in the network's order."""
        names = sorted(name for name in self.arrays if name.startswith(prefix) and name[len(prefix) :].isdigit())
        return [self.arrays[name] for name in names]


def save_state(folder: Path, progress: TrainingProgress, model: Any, average: WeightAverage) -> None:
    """Everything that a run needs to go on: weights, their average, moments, dropout's seeds, and its progress."""
    arrays = {f"model{i:04d}": value for i, value in enumerate(model.get_weights())}
    arrays |= {f"average{i:04d}": value for i, value in enumerate(average.weights)}
    arrays |= {f"optimizer{i:04d}": value for i, value in enumerate(_arrays(model.optimizer.variables))}
    arrays |= {f"seed{i:04d}": value for i, value in enumerate(_arrays(_seeds(model)))}
    facts = {"average_steps": np.array(average.steps), "progress": np.array(json.dumps(asdict(progress)))}
    write_arrays(folder / STATE, {**arrays, **facts})


def read_state(folder: Path) -> SavedState | None:
    """What a run's folder holds; None when it has not begun, DataError when the file cannot be read."""
    path = folder / STATE
    if not path.is_file():
        return None
    arrays = read_arrays(path, ("progress", "average_steps"))
    return SavedState(path, progress_of(json.loads(str(arrays["progress"]))), arrays)


def progress_of(values: Mapping[str, Any]) -> TrainingProgress:
    """A run's progress from plain values."""
    return TrainingProgress(**{**values, "patience": Patience(**values["patience"])})


def _seeds(model: Any) -> list[Any]:
    """The states of a model's random layers, which are no weights."""
    weights = {id(variable) for variable in model.weights}
    return [variable for variable in model.variables if id(variable) not in weights]


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
        for role, before, now in differing_inputs(noted_inputs(folder), found):
            raise DataError(f"{folder} holds a run with {role} {before}, not {now}: choose another folder")
        return
    write_inputs(folder, found)


def differing_inputs(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Role, then and now, of what a run learns by otherwise than it did; what it began from does not count."""
    for role in sorted({*before, *now} - {"start"}):
        old, new = before.get(role, "left out"), now.get(role, "left out")
        if old != new:
            yield role, old, new


def write_inputs(folder: Path, inputs: Mapping[str, str]) -> None:
    """Keep what a run began from and learns by, for `noted_inputs`."""
    (folder / INPUTS).write_text(json.dumps(dict(inputs), indent=1) + "\n", encoding="utf-8")


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
