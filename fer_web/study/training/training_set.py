"""Everything that a network learns from, and its batches: pictures moved about, and what belongs to them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError
from fer_web.registry.spec import InputSpec
from fer_web.study.training.augment import Augmentation, Matrix
from fer_web.study.training.bank import ViewBank
from fer_web.study.training.reframe import drawn
from fer_web.study.training.targets import Targets

Values = NDArray[np.float32]
Batch: TypeAlias = tuple[Any, Targets]  # pictures (batch, size, size, 1), or [pictures, side inputs]; targets
Taught: TypeAlias = Callable[[Targets, Values], Targets]
Moving: TypeAlias = Callable[[Values, Matrix, int], Targets]


@dataclass(frozen=True)
class TrainingSet:
    """Arrays with a row a picture, and how they become batches; everything in a batch follows from the seed.

    `targets` are (n, columns), `crops` (n, h, w) stand in for pictures by chance. `side` (n, values) are given beside a
    picture, `mirrored` beside its mirror image: they know of mirroring, but not of shifts and turns. `points` (n, p, 2)
    move with the picture: `moving` makes further columns of them, of matrices (n, 2, 3) and the size. `draws_ahead` is
    the laboratory's order of chance: where all pictures of a batch go first, and then what a camera does to each.
    In the first `bank_epochs` the views come from the `bank`; `taught` puts its teachers' logits into their targets.
    """

    pixels: NDArray[np.uint8]
    targets: Targets
    augmentation: Augmentation
    batch: int
    seed: int = 0
    crops: NDArray[np.uint8] | None = None
    side: Values | None = None
    mirrored: Values | None = None
    points: Values | None = None
    moving: Moving | None = None
    draws_ahead: bool = False
    bank: ViewBank | None = None
    bank_epochs: int = 0
    taught: Taught | None = None

    def __post_init__(self) -> None:
        if len(self) < self.batch:
            raise DataError(f"{len(self)} training pictures are fewer than a batch of {self.batch}")

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def steps(self) -> int:
        """The whole batches of an epoch."""
        return len(self) // self.batch

    def batches(self, epoch: int, size: int, rank: int = 0) -> Iterator[Batch]:
        """An epoch's batches of pictures of that size, in chance order."""
        rng = np.random.default_rng((self.seed, epoch, rank))
        order = rng.permutation(len(self))
        for step in range(self.steps):
            rows = order[step * self.batch :][: self.batch]
            inputs, targets = self._kept(epoch, rows, size) or self._batch(rows, size, rng)
            if self.augmentation.mixup:
                inputs, targets = mixed(inputs, targets, self.augmentation.mixup, rng)
            yield inputs if len(inputs) > 1 else inputs[0], targets

    def _kept(self, epoch: int, rows: NDArray[np.int64], size: int) -> tuple[list[Values], Targets] | None:
        """The bank's views while it is their time, else None."""
        if self.bank is None or self.taught is None or epoch >= self.bank_epochs:
            return None
        views, logits = self.bank.batch(epoch, rows, size)
        return [InputSpec(width=size, height=size).prepare(views)], self.taught(self.targets[rows], logits)

    def _batch(self, rows: NDArray[np.int64], size: int, rng: np.random.Generator) -> tuple[list[Values], Targets]:
        pictures = self.pixels[rows]
        if self.crops is not None:
            pictures = drawn(pictures, self.crops[rows], self.augmentation.reframed, rng)
        views, matrices = self.augmentation.views(pictures, size, rng, draws_ahead=self.draws_ahead)
        inputs = [InputSpec(width=size, height=size).prepare(views)]
        if self.side is not None and self.mirrored is not None:
            is_mirrored = np.linalg.det(matrices[:, :, :2]) < 0
            inputs.append(np.where(is_mirrored[:, np.newaxis], self.mirrored[rows], self.side[rows]))
        targets = self.targets[rows]
        if self.points is not None and self.moving is not None:
            moved = self.moving(self.points[rows], matrices, size)
            targets = np.concatenate([targets, moved], axis=1).astype(np.float32) if targets.shape[1] else moved
        return inputs, targets


def mixed(
    inputs: list[Values], targets: Targets, alpha: float, rng: np.random.Generator
) -> tuple[list[Values], Targets]:
    """Every picture blended with another one, and all that belongs to them alike (Zhang et al. 2018, "mixup")."""
    share = np.float32(rng.beta(alpha, alpha))
    partner = rng.permutation(len(targets))
    blended = [share * values + (1 - share) * values[partner] for values in (*inputs, targets)]
    return blended[:-1], blended[-1]
