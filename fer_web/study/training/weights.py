"""Chosen weights by their variables' names, so that networks of other heads, inputs or classes can take them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError, ModelError
from fer_web.study.training.files import write_arrays
from fer_web.study.training.tables import read_arrays

BEST = "best.npz"
FACTS = "facts"
# Before weights had names they were numbered in the network's order, and the facts called so.
FIRST_NUMBER, OLD_FACTS = "model0000", "progress"

Named: TypeAlias = Mapping[str, NDArray[Any]]


def named(model: Any, values: Sequence[Any] | None = None) -> Named:
    """A model's weights, or other values for them in their order, by their variables' names."""
    values = model.get_weights() if values is None else values
    return {variable.path: np.asarray(value) for variable, value in zip(model.weights, values, strict=True)}


def take(model: Any, values: Named, *, missing: bool = False) -> None:
    """Give every variable the value of its name; ModelError where one has another shape, or, unless `missing` ones may
    stay as they are, none."""
    if FIRST_NUMBER in values:
        values = dict(zip((variable.path for variable in model.weights), values.values(), strict=True))
    for variable in model.weights:
        value = values.get(variable.path)
        if value is None and missing:
            continue
        if value is None or value.shape != tuple(variable.shape):
            found = "are missing" if value is None else f"are {value.shape}, not {tuple(variable.shape)}"
            raise ModelError(f"the trained network does not fit {model.name}: its weights {variable.path} {found}")
        variable.assign(value)


def fitting(model: Any, values: Named) -> Named:
    """Those values that have a variable of their name and shape."""
    shapes = {variable.path: tuple(variable.shape) for variable in model.weights}
    return {name: value for name, value in values.items() if shapes.get(name) == value.shape}


def save_best(folder: Path, values: Named, facts: Mapping[str, Any]) -> None:
    """The weights that the choosing split liked best so far, with the facts of their epoch."""
    write_arrays(folder / BEST, {**values, FACTS: np.array(json.dumps(dict(facts)))})


def load_best(folder: Path) -> tuple[Named, dict[str, Any]]:
    """The chosen weights of a run and the facts of their epoch; DataError when none have been chosen yet."""
    if not (folder / BEST).is_file():
        raise DataError(f"{folder} holds no finished run: train first")
    saved = read_arrays(folder / BEST, ())
    facts = json.loads(str(saved.pop(FACTS, None) if FACTS in saved else saved.pop(OLD_FACTS)))
    return dict(sorted(saved.items())), facts
