"""How a network row is trained: a `Recipe`, which a row keeps in its `config` as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from fer_web.errors import DataError
from fer_web.study.lab.networks.beside import INPUTS, values_of
from fer_web.study.lab.row import ALL
from fer_web.study.networks import HeadSpec
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.config import Optimizer
from fer_web.study.training.schedule import Schedule
from fer_web.study.training.targets import Loss

PARTS: Mapping[str, type[Any]] = {
    "optimizer": Optimizer,
    "schedule": Schedule,
    "augmentation": Augmentation,
    "loss": Loss,
}


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a row's outcome, besides data and seed.

    `expressions` are the row's, `inputs` names what comes in beside the picture (see `beside`). `teacher` is a
    published model whose answers count for `loss.teacher` of the loss. `landmarks` weighs the error of the landmarks
    that the network has to tell as well, in squared sides of the picture. `starts_from` is the row whose weights this
    one begins with where they fit.
    """

    network: str
    expressions: tuple[int, ...] = ALL
    inputs: str = "raw"
    normalized: bool = True
    dropout: float = 0.2
    batch: int = 64
    ema: float = 0.998
    teacher: str = ""
    landmarks: float = 0.0
    starts_from: str = ""
    optimizer: Optimizer = field(default_factory=Optimizer)
    schedule: Schedule = field(default_factory=Schedule)
    augmentation: Augmentation = field(default_factory=Augmentation)
    loss: Loss = field(default_factory=Loss)

    def __post_init__(self) -> None:
        if self.inputs not in INPUTS:
            raise DataError(f"a network's inputs are {self.inputs!r}; there are {', '.join(INPUTS)}")
        if bool(self.teacher) != bool(self.loss.teacher):
            raise DataError(
                f"teacher {self.teacher!r} counts for {self.loss.teacher} of the loss: give both or neither"
            )

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Recipe:
        """The recipe that plain values describe; DataError names what is unknown in them."""
        known = {item.name for item in fields(cls)}
        if set(config) - known:
            raise DataError(f"the recipe has unknown entries {sorted(set(config) - known)}; known are {sorted(known)}")
        values = {name: PARTS[name](**value) if name in PARTS else value for name, value in config.items()}
        return cls(**values)

    def as_config(self) -> dict[str, Any]:
        """Plain values, as `of` takes them."""
        return asdict(self)

    def head(self, *, is_training: bool = True) -> HeadSpec:
        """What to build: the auxiliary heads only for training."""
        return HeadSpec(
            classes=len(self.expressions),
            side=values_of(self.inputs),
            votes=is_training and self.loss.votes > 0,
            landmarks=is_training and self.landmarks > 0,
            normalized=self.normalized,
            dropout=self.dropout,
        )

    def shortened(self, epochs: int | None, *, is_quick: bool) -> Recipe:
        """The same with another number of epochs; a quick one has two, one of each size."""
        if is_quick:
            return replace(self, batch=16, schedule=replace(self.schedule, epochs=epochs or 2))
        return replace(self, schedule=replace(self.schedule, epochs=epochs)) if epochs else self
