"""One TOML file describes one run; here it becomes values that cannot be wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from fer_web.errors import DataError
from fer_web.study.networks import build
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.schedule import Schedule
from fer_web.study.training.targets import Loss

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found,unused-ignore]

Part = TypeVar("Part")


@dataclass(frozen=True)
class Optimizer:
    """`kind` 'sgd' (Nesterov) or 'adam'; `weight_decay` is multiplied by the rate, not added to the gradient."""

    kind: str = "sgd"
    momentum: float = 0.9
    weight_decay: float = 0.005
    clip_norm: float = 5.0

    def __post_init__(self) -> None:
        if self.kind not in ("sgd", "adam"):
            raise DataError(f"the optimizer's kind is {self.kind!r}; it can be 'sgd' or 'adam'")


@dataclass(frozen=True)
class TrainingConfig:
    """Everything that decides a run's outcome, besides the data and the machine's arithmetic.

    `ema` is the decay of the weights' average per step, brought up to date every `ema_every` steps at most. `workers`
    processes of `threads` threads each (0: the backend's choice) train together; see `parallel`. In the first
    `bank_epochs` pictures come from a bank of views.
    """

    network: str
    seed: int = 0
    batch: int = 64
    precision: str = "float32"
    dropout: float = 0.0
    ema: float = 0.999
    ema_every: int = 1
    choose_every: int = 1
    workers: int = 1
    threads: int = 0
    bank_epochs: int = 0
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)
    augmentation: Augmentation = field(default_factory=Augmentation)
    loss: Loss = field(default_factory=Loss)

    def __post_init__(self) -> None:
        if self.network not in build.NETWORKS:
            raise DataError(f"there is no network {self.network!r}; there are {', '.join(build.NETWORKS)}")
        if self.precision not in PRECISIONS:
            raise DataError(f"the precision is {self.precision!r}; it can be {', '.join(PRECISIONS)}")
        if (
            min(self.batch, self.ema_every, self.choose_every, self.workers) < 1
            or min(self.threads, self.bank_epochs) < 0
        ):
            raise DataError("batch, ema_every, choose_every and workers start at 1, threads and bank_epochs at 0")
        if self.bank_epochs and (not self.loss.teacher or self.augmentation.mixup):
            raise DataError("bank_epochs needs weight for the teachers (loss.teacher), and no mixup")
        if not (0 <= self.ema < 1 and 0 <= self.dropout < 1):
            raise DataError(f"ema is {self.ema} and dropout {self.dropout}; both are from 0 up to, but not, 1")


PRECISIONS = ("float32", "mixed_bfloat16", "mixed_float16")
PARTS: Mapping[str, type[Any]] = {
    "optimizer": Optimizer,
    "schedule": Schedule,
    "augmentation": Augmentation,
    "loss": Loss,
}


def read_config(path: Path) -> TrainingConfig:
    """The run that a TOML file describes; DataError names what is unknown, missing or of the wrong kind in it."""
    return config_of(TrainingConfig, read_toml(path), path.name)


def read_toml(path: Path) -> dict[str, Any]:
    """A TOML file's values; DataError when there is no such file, or it is none."""
    try:
        return dict(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path.name} is not TOML: {error}") from error


def config_of(kind: type[Part], values: Mapping[str, Any], where: str) -> Part:
    """A kind of configuration from plain values; DataError names what is wrong with them, and `where`."""
    parts = {name: _part(part, values[name], f"{where} [{name}]") for name, part in PARTS.items() if name in values}
    return _part(kind, {**values, **parts}, where)


def _part(kind: type[Part], values: Any, where: str) -> Part:
    if not isinstance(values, Mapping):
        raise DataError(f"{where} is {values!r}, and should be a table")
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    unknown = set(values) - set(known)
    if unknown:
        raise DataError(f"{where} has unknown entries {sorted(unknown)}; known are {', '.join(known)}")
    fitting = {name: _frozen(value) for name, value in values.items()}
    for name, value in fitting.items():
        expected = known[name].default
        if type(expected) in (bool, int, float, str) and not _fits(value, type(expected)):
            raise DataError(f"{where} has {name} = {value!r}, which should be a {type(expected).__name__}")
    try:
        return kind(**fitting)
    except (DataError, TypeError) as error:
        raise DataError(f"{where}: {error}") from error


def _fits(value: Any, kind: type[Any]) -> bool:
    return type(value) is kind or (kind is float and type(value) is int)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
