"""How good answers are, and how sure one can be of that: pure functions of probabilities and labels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core.calibration import expected_calibration_error
from fer_web.core.proportion import Proportion, wilson

Probabilities = NDArray[np.floating[Any]]
Labels = NDArray[np.int64]


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
