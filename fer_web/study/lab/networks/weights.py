"""Chosen weights by their variables' names, so that a network of other inputs or classes can begin with them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.errors import DataError

CHOSEN = "chosen.npz"


def save_weights(folder: Path, model: Any, values: list[Any], facts: dict[str, float]) -> None:
    """Write the values of a model's variables, whole or not at all."""
    named: dict[str, Any] = {
        variable.path: np.asarray(value) for variable, value in zip(model.weights, values, strict=True)
    }
    partial = folder / f".{CHOSEN}.partial"
    with partial.open("wb") as file:
        np.savez(file, **named, facts=np.array(json.dumps(facts)))
    partial.replace(folder / CHOSEN)


def load_facts(folder: Path) -> dict[str, float]:
    """The facts of the epoch that was chosen; empty before the first."""
    if not (folder / CHOSEN).is_file():
        return {}
    with np.load(folder / CHOSEN) as saved:
        facts: dict[str, float] = json.loads(str(saved["facts"]))
        return facts


def take_fitting(model: Any, path: Path) -> int:
    """Give a model's variables the saved values of the same name and shape; how many fitted."""
    with np.load(path) as saved:
        fitting = [v for v in model.weights if v.path in saved and saved[v.path].shape == tuple(v.shape)]
        for variable in fitting:
            variable.assign(saved[variable.path])
    return len(fitting)


def take_all(model: Any, path: Path) -> None:
    """Give every variable its saved value; DataError where one is missing."""
    if take_fitting(model, path) < len(model.weights):
        raise DataError(f"{path} does not hold all weights of {model.name}: it belongs to another network")
