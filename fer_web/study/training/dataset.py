"""Pictures with labels, and the border between what training may see and what only the evaluation may.

`FaceTable` is a whole data set as it was read. Training gets a `LearningData`, made by `learning_data`, and that type
has no place for PrivateTest: neither its rows nor any training picture that equals one of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.errors import DataError

USAGES = ("Training", "PublicTest", "PrivateTest")
VOTE_NAMES = (
    "neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF",
)  # fmt: skip
SIDE_PX = 48


@dataclass(frozen=True)
class Split:
    """Faces of one purpose: `pixels` (n, 48, 48) uint8, `labels` (n,) 0 to 6, `votes` (n, 10) of FER+ or zeros."""

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    votes: NDArray[np.float32]

    def __post_init__(self) -> None:
        count = len(self.pixels)
        if self.pixels.shape != (count, SIDE_PX, SIDE_PX) or self.pixels.dtype != np.uint8:
            raise DataError(f"pixels are {self.pixels.shape} {self.pixels.dtype}, not (n, {SIDE_PX}, {SIDE_PX}) uint8")
        if self.labels.shape != (count,) or self.votes.shape != (count, len(VOTE_NAMES)):
            raise DataError(f"{count} pictures have {self.labels.shape} labels and {self.votes.shape} votes")
        if count and not 0 <= int(self.labels.min()) <= int(self.labels.max()) < len(Emotion):
            raise DataError(f"labels run from {self.labels.min()} to {self.labels.max()}, not within 0 to 6")

    def __len__(self) -> int:
        return len(self.pixels)

    def where(self, keep: NDArray[np.bool_]) -> Split:
        """The rows that a mask (n,) keeps."""
        return Split(self.pixels[keep], self.labels[keep], self.votes[keep])


@dataclass(frozen=True)
class FaceTable:
    """A data set as read: every row with its `usage` (n,), an index into `USAGES`."""

    rows: Split
    usage: NDArray[np.int64]

    def part(self, usage: str) -> Split:
        """The rows of one usage, by its name."""
        return self.rows.where(self.usage == USAGES.index(usage))


@dataclass(frozen=True)
class LearningData:
    """What training, calibration and publishing see: `training` to fit, `public` to choose by.

    `dropped` says how many training pictures were left out because they stand in PublicTest or PrivateTest as well
    (some in both), `training_total` how many there were. `logits` (n, 7) and `crops` (n, 48, 48) are what `teach` and
    `reframe` made of the training pictures, or None.
    """

    training: Split
    public: Split
    dropped: dict[str, int]
    training_total: int
    logits: NDArray[np.float32] | None = None
    crops: NDArray[np.uint8] | None = None


def learning_data(table: FaceTable) -> LearningData:
    """The part of a table that may be learned from; DataError where Training or PublicTest is empty."""
    training, public = table.part("Training"), table.part("PublicTest")
    in_public = appears_in(training, public)
    in_private = appears_in(training, table.part("PrivateTest"))
    kept = training.where(~(in_public | in_private))
    for name, part in (("Training", kept), ("PublicTest", public)):
        if not len(part):
            raise DataError(f"no rows with usage {name}: training needs rows to fit and rows to choose the weights by")
    dropped = {"PublicTest": int(in_public.sum()), "PrivateTest": int(in_private.sum())}
    return LearningData(kept, public, dropped, len(training))


def appears_in(rows: Split, others: Split) -> NDArray[np.bool_]:
    """Which `rows` (n,) are pixel for pixel equal to one of `others`."""
    known = {picture.tobytes() for picture in others.pixels}
    return np.fromiter((picture.tobytes() in known for picture in rows.pixels), dtype=np.bool_, count=len(rows))


def repeats(rows: Split) -> tuple[int, int]:
    """How many rows repeat an earlier picture pixel for pixel, and how many of those have another label than it."""
    labels: dict[bytes, int] = {}
    firsts = [
        labels.setdefault(picture.tobytes(), int(label))
        for picture, label in zip(rows.pixels, rows.labels, strict=True)
    ]
    return len(rows) - len(labels), int((np.array(firsts, dtype=np.int64) != rows.labels).sum())


def fingerprint(split: Split) -> str:
    """What tells one split's pictures from another's: their SHA-256 in hexadecimal."""
    return hashlib.sha256(split.pixels.tobytes()).hexdigest()
