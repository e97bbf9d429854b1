"""How good answers are, and how sure one can be of that: pure functions of probabilities and labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]

BINS = 15
Z_95 = 1.959964  # two-sided 95 % of a normal distribution


@dataclass(frozen=True)
class Proportion:
    """A share of `count` cases with its 95 % interval (Wilson 1927)."""

    value: float
    low: float
    high: float
    count: int


def wilson(hits: int, count: int) -> Proportion:
    """The interval of a share that also holds near 0 and 1 and for few cases."""
    if count == 0:
        return Proportion(0.0, 0.0, 1.0, 0)
    share, z2 = hits / count, Z_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 / (1 + z2 / count) * np.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return Proportion(share, float(middle - half), float(middle + half), count)


def accuracy(probabilities: Probabilities, labels: Labels) -> Proportion:
    """How often the most probable class is the label."""
    return wilson(int(np.sum(probabilities.argmax(axis=1) == labels)), len(labels))


def confusion(predicted: Labels, labels: Labels, classes: int = 7) -> NDArray[np.int64]:
    """Counts (classes, classes): rows are labels, columns answers."""
    return np.bincount(labels * classes + predicted, minlength=classes**2).reshape(classes, classes)


def recalls(matrix: NDArray[np.int64]) -> NDArray[np.float64]:
    """The share of each class's pictures that was recognized; 0 for a class without pictures."""
    return np.asarray(np.diag(matrix) / matrix.sum(axis=1).clip(min=1), dtype=np.float64)


def macro_f1(matrix: NDArray[np.int64]) -> float:
    """The mean of the classes' F1, each counting the same however rare it is."""
    hits = np.diag(matrix)
    return float(np.mean(2 * hits / (matrix.sum(axis=0) + matrix.sum(axis=1)).clip(min=1)))


def expected_calibration_error(probabilities: Probabilities, labels: Labels, bins: int = BINS) -> float:
    """The mean gap between confidence and accuracy in equal-width bins (Guo et al. 2017)."""
    confidence = probabilities.max(axis=1)
    hits = probabilities.argmax(axis=1) == labels
    places = np.minimum((confidence * bins).astype(int), bins - 1)
    gap = np.bincount(places, weights=confidence - hits, minlength=bins)
    return float(np.abs(gap).sum() / len(labels))


def negative_log_likelihood(probabilities: Probabilities, labels: Labels) -> float:
    """The mean of -log of the label's probability, in nats."""
    chosen = probabilities[np.arange(len(labels)), labels].clip(min=1e-12)
    return float(-np.log(chosen).mean())


def brier(probabilities: Probabilities, labels: Labels) -> float:
    """The mean squared distance to the label's corner of the simplex, 0 to 2 (Brier 1950)."""
    corners = np.eye(probabilities.shape[1])[labels]
    return float(((probabilities - corners) ** 2).sum(axis=1).mean())


def calibration(probabilities: Probabilities, labels: Labels) -> dict[str, float]:
    """The three figures of calibration, by short names."""
    return {
        "ece": expected_calibration_error(probabilities, labels),
        "nll": negative_log_likelihood(probabilities, labels),
        "brier": brier(probabilities, labels),
    }


def majority_share(labels: Labels) -> float:
    """The accuracy of always answering the most frequent class: what no model may stay near."""
    return float(np.bincount(labels).max() / len(labels))
