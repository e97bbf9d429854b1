"""Probabilities that mean what they say, and the point under which an answer is called uncertain.

Both are fitted on PublicTest only.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.study.training.metrics import Labels, Probabilities, negative_log_likelihood
from fer_web.study.training.targets import softmax

WANTED_GAIN = 0.10  # an answer that is given should be right this much more often than all answers together


def fit_temperature(logits: NDArray[np.floating[Any]], labels: Labels) -> float:
    """The number to divide logits by that makes the labels most likely (Guo et al. 2017), 0.05 to 20."""

    def cost(log_temperature: float) -> float:
        return negative_log_likelihood(softmax(logits, math.exp(log_temperature)), labels)

    return math.exp(_lowest(cost, math.log(0.05), math.log(20.0)))


def _lowest(cost: Callable[[float], float], low: float, high: float, precision: float = 1e-4) -> float:
    """Where a function with one valley is lowest, by golden sections."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    left_cost, right_cost = cost(left), cost(right)
    while high - low > precision:
        if left_cost < right_cost:
            high, right, right_cost = right, left, left_cost
            left = high - ratio * (high - low)
            left_cost = cost(left)
        else:
            low, left, left_cost = left, right, right_cost
            right = low + ratio * (high - low)
            right_cost = cost(right)
    return (low + high) / 2


def risk_coverage(probabilities: Probabilities, labels: Labels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and risk (n,), (n,): the share of pictures answered, most confident first, and the errors among them.

    Geifman and El-Yaniv 2017, "Selective Classification for Deep Neural Networks".
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    errors = (probabilities.argmax(axis=1) != labels)[order]
    answered = np.arange(1, len(labels) + 1)
    return answered / len(labels), np.cumsum(errors) / answered


def uncertain_below(probabilities: Probabilities, labels: Labels, gain: float = WANTED_GAIN) -> float:
    """The highest probability under which to answer 'uncertain', so that the other answers are `gain` more accurate.

    It is the confidence at the point of the risk-coverage curve with the most coverage among those whose risk is
    that much lower than the risk of answering always; 0 where no point is.
    """
    _, risk = risk_coverage(probabilities, labels)
    good = np.flatnonzero(risk <= risk[-1] - gain)
    if not len(good):
        return 0.0
    confidence = np.sort(probabilities.max(axis=1))[::-1]
    return float(confidence[good[-1]])
