"""Whether probabilities are worth what they say: answers of 70 % should be right in 70 % of the cases."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core.proportion import Z_95, Estimate, Proportion, wilson

Confidence = NDArray[np.floating[Any]]  # (n,) the highest probability of each answer
Hits = NDArray[np.bool_]  # (n,) whether that answer was right

BINS = 15
RESAMPLES = 1000
SEED = 20_270_101  # any number: the same pictures give the same interval


def expected_calibration_error(
    probabilities: NDArray[np.floating[Any]], labels: NDArray[np.int64], bins: int = BINS
) -> float:
    """The mean gap between confidence and accuracy in equal-width bins (Guo et al. 2017).

    `probabilities` are (n, classes), `labels` (n,) the right ones' places.
    """
    return calibration_error(probabilities.max(axis=1), probabilities.argmax(axis=1) == labels, bins)


def calibration_error(confidence: Confidence, hits: Hits, bins: int = BINS) -> float:
    """The same of answers of which only the highest probability is known; `confidence` must not be empty."""
    gap = np.bincount(bins_of(confidence, bins), weights=confidence - hits, minlength=bins)
    return float(np.abs(gap).sum() / len(confidence))


def bins_of(confidence: Confidence, bins: int = BINS) -> NDArray[np.intp]:
    """The place of each answer's bin, 0 to `bins` - 1."""
    return np.minimum((confidence * bins).astype(np.intp), bins - 1)


def estimated_error(confidence: Confidence, hits: Hits) -> Estimate:
    """The calibration error with its interval, from answers drawn again with replacement (Efron 1979).

    Drawing again adds scatter of its own, so that the interval of few answers leans upward.
    """
    draws = np.random.default_rng(SEED)
    count = len(confidence)
    again = [draws.integers(count, size=count) for _ in range(RESAMPLES)]
    low, high = np.quantile([calibration_error(confidence[one], hits[one]) for one in again], (0.025, 0.975))
    value = calibration_error(confidence, hits)
    return Estimate(value, min(value, float(low)), max(value, float(high)), count)


def error_by_chance(confidence: Confidence) -> float:
    """The calibration error that 95 % of samples stay under whose probabilities are worth what they say.

    Each answer is right as often as it says (consistency resampling, Broecker and Smith 2007).
    """
    draws = np.random.default_rng(SEED)
    errors = [calibration_error(confidence, draws.random(len(confidence)) < confidence) for _ in range(RESAMPLES)]
    return float(np.quantile(errors, 0.95))


def overconfidence(confidence: Confidence, hits: Hits) -> Estimate:
    """Mean confidence minus accuracy, -1 to 1, with the interval of a mean; needs two answers or more."""
    gaps = confidence.astype(np.float64) - hits
    mean, half = float(gaps.mean()), Z_95 * float(gaps.std(ddof=1)) / math.sqrt(len(gaps))
    return Estimate(mean, mean - half, mean + half, len(gaps))


def reliability(confidence: Confidence, hits: Hits, bins: int = BINS) -> tuple[tuple[float, Proportion], ...]:
    """Of each bin with answers: their mean confidence, and how often they were right."""
    places = bins_of(confidence, bins)
    inside = [places == place for place in range(bins)]
    return tuple(
        (float(confidence[one].mean()), wilson(int(hits[one].sum()), int(one.sum()))) for one in inside if one.any()
    )
