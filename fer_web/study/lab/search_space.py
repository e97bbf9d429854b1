"""Which of a row's settings can be tuned, and over what ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from fer_web.errors import DataError
from fer_web.study.lab.system import System

Config = dict[str, Any]
Suggest = Callable[[Any, str], Any]  # (optuna's trial, the dial's name) -> a value


@dataclass(frozen=True)
class Dial:
    """One setting: its place in a row's `config`, as dotted keys, and how a trial draws a value for it."""

    place: str
    suggest: Suggest


def _between(low: float, high: float, *, log: bool = True) -> Suggest:
    return lambda trial, name: trial.suggest_float(name, low, high, log=log)


def _whole(low: int, high: int, *, log: bool = True) -> Suggest:
    return lambda trial, name: trial.suggest_int(name, low, high, log=log)


def _one_of(*values: Any) -> Suggest:
    return lambda trial, name: trial.suggest_categorical(name, list(values))


def _alone(suggest: Suggest) -> Suggest:
    """For settings that are lists of what a row would try by itself: just the one value."""
    return lambda trial, name: [suggest(trial, name)]


# A row's kind shows in what its config holds.
SPACES: Mapping[str, tuple[Dial, ...]] = {
    "gammas": (
        Dial("gammas", _alone(_between(0.1, 10))),
        Dial("costs", _alone(_between(0.03, 300))),
        Dial("dims", _one_of(50, 100, 250)),
        Dial("mirror", _one_of(True, False)),
    ),
    "trees": (
        Dial("trees.learning_rate", _between(0.02, 0.3)),
        Dial("trees.num_leaves", _whole(7, 127)),
        Dial("trees.min_data_in_leaf", _whole(5, 200)),
        Dial("trees.feature_fraction", _between(0.01, 0.5)),
        Dial("trees.lambda_l2", _between(0.01, 100)),
    ),
    "network": (
        Dial("schedule.rate", _between(0.005, 0.3)),
        Dial("optimizer.weight_decay", _between(0.0005, 0.05)),
        Dial("dropout", _between(0.0, 0.5, log=False)),
        Dial("loss.label_smoothing", _between(0.0, 0.2, log=False)),
        Dial("augmentation.erase", _between(0.0, 0.5, log=False)),
    ),
}


def space_of(row: System) -> tuple[Dial, ...]:
    """The dials of a row; DataError when it has none."""
    for key, dials in SPACES.items():
        if key in row.config:
            return dials
    raise DataError(f"nothing of {row.name} can be tuned: its settings are {', '.join(row.config) or 'none'}")


def drawn(row: System, trial: Any) -> Config:
    """The row's config with every dial set to what a trial draws."""
    config: Config = deepcopy(dict(row.config))
    for dial in space_of(row):
        *path, last = dial.place.split(".")
        part = config
        for key in path:
            part[key] = dict(part[key])
            part = part[key]
        part[last] = dial.suggest(trial, dial.place)
    if config.get("exact_costs"):
        config["exact_costs"] = config["costs"]
    return config
