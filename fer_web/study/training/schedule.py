"""How the learning rate and the pictures' size change over a run, as functions of how much of it is done."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fer_web.errors import DataError


@dataclass(frozen=True)
class Schedule:
    """A run's length and course; `warmup`, `hold` and the sizes' borders are shares of the run.

    `kind` is 'cosine' (warm up, hold the full rate until `hold`, then fall to zero along a cosine) or 'plateau' (the
    full rate, divided by 10 whenever the choosing accuracy has not risen for `patience` epochs).
    With `minutes` the clock, and not the number of epochs, says how much of a run is done: for borrowed machines.
    """

    epochs: int = 60
    minutes: float = 0.0
    kind: str = "cosine"
    rate: float = 0.05
    warmup: float = 0.03
    hold: float = 0.35
    patience: int = 0
    stop_after: int = 0
    sizes: tuple[tuple[float, int], ...] = ((1.0, 48),)

    def __post_init__(self) -> None:
        if self.kind not in ("cosine", "plateau"):
            raise DataError(f"the schedule's kind is {self.kind!r}; it can be 'cosine' or 'plateau'")
        if any(len(step) != 2 or type(step[1]) is not int or step[1] < 1 for step in self.sizes):
            raise DataError(f"the schedule's sizes {self.sizes} must be pairs: a share of the run, and pixels")
        if not self.sizes or self.sizes[-1][0] != 1.0:
            raise DataError(f"the schedule's sizes {self.sizes} must end with one that lasts until 1.0")
        if self.epochs < 1 or self.minutes < 0 or self.rate <= 0:
            raise DataError(f"{self.epochs} epochs, {self.minutes} minutes or a rate of {self.rate} make no run")

    def rate_at(self, done: float, drops: int = 0) -> float:
        """The learning rate when the share `done` (0 to 1) of a run is over."""
        if done < self.warmup:
            return self.rate * max(done / self.warmup, 0.01)
        if self.kind == "plateau":
            return self.rate * 0.1**drops
        if done < self.hold:
            return self.rate
        fall = min((done - self.hold) / (1 - self.hold), 1.0)
        return self.rate * 0.5 * (1 + math.cos(math.pi * fall))

    def size_at(self, done: float) -> int:
        """The pictures' side in pixels when the share `done` of a run is over."""
        return next((size for until, size in self.sizes if done < until), self.sizes[-1][1])


@dataclass
class Patience:
    """Counts epochs without a better accuracy: says when to lower the rate and when to stop early."""

    best: float = -math.inf
    waited: int = 0
    waited_since_drop: int = 0
    drops: int = 0

    def saw(self, accuracy: float, schedule: Schedule) -> bool:
        """Take an epoch's accuracy; whether it is time to stop."""
        if accuracy > self.best:
            self.best, self.waited, self.waited_since_drop = accuracy, 0, 0
            return False
        self.waited += 1
        self.waited_since_drop += 1
        if schedule.patience and self.waited_since_drop >= schedule.patience:
            self.drops, self.waited_since_drop = self.drops + 1, 0
        return bool(schedule.stop_after) and self.waited >= schedule.stop_after
