"""What an audit measures of some pictures and one model."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.core.calibration import error_by_chance, estimated_error, overconfidence, reliability
from fer_web.core.proportion import Estimate, Proportion, wilson
from fer_web.reports.audit.answers import AuditedImage, ModelAnswer

# Of fewer, nothing is said of a group, and nothing is compared.
LEAST = 30
FOUND, ACCURACY, UNCERTAIN, OVERCONFIDENCE = "faces_found", "accuracy", "uncertain", "overconfidence"
TITLES = {
    FOUND: "Faces found",
    ACCURACY: "Accuracy",
    UNCERTAIN: "Uncertain",
    OVERCONFIDENCE: "Overconfidence in points",
    **{f"recall_{emotion}": f"Recall of {emotion}" for emotion in Emotion},
}


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far probabilities are from what they are worth; `by_chance` is the error that perfect ones stay under."""

    error: Estimate
    by_chance: float
    overconfidence: Estimate
    bins: tuple[tuple[float, Proportion], ...]


@dataclass(frozen=True, slots=True, eq=False)
class AuditMeasures:
    """`found` is of all pictures, the rest of those with a face; `certain_accuracy` of answers not called uncertain.

    `confusion` (7, 7) counts labels in rows, answers in columns; `recalls` are of its rows. No calibration is told of
    fewer than two faces.
    """

    found: Proportion
    accuracy: Proportion
    uncertain: Proportion
    certain_accuracy: Proportion
    recalls: tuple[Proportion, ...]
    confusion: NDArray[np.int64]
    calibration: Calibration | None

    @classmethod
    def of(cls, images: Sequence[AuditedImage], model: str) -> AuditMeasures:
        """Of a model's answers; files that could not be read must not be among them."""
        answered = [(one.image.emotion, one.answers[model]) for one in images if model in one.answers]
        confusion = _confusion(answered)
        hits = np.array([answer.emotion is label for label, answer in answered], bool)
        certain = np.array([not answer.uncertain for _, answer in answered], bool)
        return cls(
            found=wilson(len(answered), len(images)),
            accuracy=wilson(int(hits.sum()), len(hits)),
            uncertain=wilson(int((~certain).sum()), len(hits)),
            certain_accuracy=wilson(int(hits[certain].sum()), int(certain.sum())),
            recalls=tuple(wilson(int(row[place]), int(row.sum())) for place, row in enumerate(confusion)),
            confusion=confusion,
            calibration=_calibration([answer for _, answer in answered], hits),
        )

    def compared(self) -> Iterator[tuple[str, Estimate]]:
        """What two groups or models can differ in, by the keys of TITLES."""
        yield FOUND, self.found
        yield ACCURACY, self.accuracy
        yield UNCERTAIN, self.uncertain
        if self.calibration is not None:
            yield OVERCONFIDENCE, self.calibration.overconfidence
        yield from ((f"recall_{emotion}", recall) for emotion, recall in zip(Emotion, self.recalls, strict=True))


def _confusion(answered: Sequence[tuple[Emotion, ModelAnswer]]) -> NDArray[np.int64]:
    counts = np.zeros((len(Emotion), len(Emotion)), np.int64)
    for label, answer in answered:
        counts[label.position, answer.emotion.position] += 1
    return counts


def _calibration(answers: Sequence[ModelAnswer], hits: NDArray[np.bool_]) -> Calibration | None:
    if len(answers) < 2:
        return None
    confidence = np.array([answer.scores.max() for answer in answers], np.float64)
    return Calibration(
        error=estimated_error(confidence, hits),
        by_chance=error_by_chance(confidence),
        overconfidence=overconfidence(confidence, hits),
        bins=reliability(confidence, hits),
    )
