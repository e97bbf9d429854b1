"""How a network row is trained: a `LabConfig`, which a row keeps in its `config` as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from fer_web.errors import DataError
from fer_web.study.lab.networks.beside import INPUTS, values_of
from fer_web.study.lab.system import ALL
from fer_web.study.networks import HeadSpec
from fer_web.study.training.config import TrainingConfig, config_of


@dataclass(frozen=True)
class LabConfig(TrainingConfig):
    """A training's configuration, and what only rows of the laboratory have.

    `expressions` are the row's, `inputs` names what comes in beside the picture (see `beside`). `teacher` is a
    published model whose answers count for `loss.teacher` of the loss. `landmarks` weighs the error of the landmarks
    that the network has to tell as well, in squared sides of the picture. `starts_from` is the row whose weights this
    one begins with where they fit.
    """

    dropout: float = 0.2
    ema: float = 0.998
    ema_every: int = 4  # copying the weights takes longer than a step of the smallest networks
    threads: int = 1
    expressions: tuple[int, ...] = ALL
    inputs: str = "raw"
    normalized: bool = True
    teacher: str = ""
    landmarks: float = 0.0
    starts_from: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.inputs not in INPUTS:
            raise DataError(f"a network's inputs are {self.inputs!r}; there are {', '.join(INPUTS)}")
        if bool(self.teacher) != bool(self.loss.teacher):
            raise DataError(
                f"teacher {self.teacher!r} counts for {self.loss.teacher} of the loss: give both or neither"
            )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> LabConfig:
        """The configuration that plain values describe; DataError names what is wrong with them."""
        return config_of(cls, values, "the row's config")

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

    def shortened(self, epochs: int | None, *, is_quick: bool) -> LabConfig:
        """The same with another number of epochs; a quick one has two, one of each size."""
        if is_quick:
            return replace(self, batch=16, schedule=replace(self.schedule, epochs=epochs or 2))
        return replace(self, schedule=replace(self.schedule, epochs=epochs)) if epochs else self
