from __future__ import annotations

import math

import numpy as np
import pytest

from fer_web.registry import ModelCard
from fer_web.study.training.calibrate import (
    accuracy_and_recall,
    calibrated,
    certain,
    even_chance,
    fit_temperature,
    risk_coverage,
    shares,
)
from fer_web.study.training.targets import softmax


def test_the_temperature_that_blew_logits_up_is_found_again() -> None:
    """Labels drawn with 75 % for the first class, logits three times as sure: 3 ln 3 instead of ln 3."""
    labels = np.array([0] * 75 + [1] * 25)
    logits = np.tile([3 * math.log(3), 0.0], (100, 1))

    temperature = fit_temperature(logits, labels)

    assert temperature == pytest.approx(3, rel=1e-3)
    assert softmax(logits, temperature)[0] == pytest.approx([0.75, 0.25], abs=1e-3)


SURE_TO_UNSURE = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4]])
LABELS = np.array([0, 0, 1, 1])


def test_risk_grows_as_less_confident_answers_are_given() -> None:
    coverage, risk = risk_coverage(SURE_TO_UNSURE[::-1], LABELS[::-1])

    assert coverage.tolist() == [0.25, 0.5, 0.75, 1]
    assert risk == pytest.approx([0, 0, 1 / 3, 1 / 2])


def sure(*probabilities: float) -> np.ndarray:
    """Answers for the first of two classes."""
    return np.array([[probability, 1 - probability] for probability in probabilities])


def test_an_even_chance_lies_where_answers_are_right_every_second_time() -> None:
    """Of those at 0.6 a quarter is right, of those at 0.8 three quarters: in log odds half way between, at 0.710."""
    answers = sure(*[0.6] * 100, *[0.8] * 100)
    labels = np.array(([0] * 25 + [1] * 75) + ([0] * 75 + [1] * 25))
    middle = (math.log(0.6 / 0.4) + math.log(0.8 / 0.2)) / 2

    assert even_chance(answers, labels) == pytest.approx(1 / (1 + math.exp(-middle)), abs=1e-3)


def test_nothing_is_uncertain_where_confidence_says_nothing_or_all_is_right() -> None:
    assert even_chance(sure(0.9, 0.8, 0.7, 0.6), np.array([1, 1, 0, 0])) == 0.0
    assert even_chance(sure(0.9, 0.8), np.array([0, 0])) == 0.0


def test_certain_answers_are_those_from_the_threshold_on() -> None:
    assert certain(SURE_TO_UNSURE, LABELS, 0.7) == {"share": 0.75, "accuracy": pytest.approx(2 / 3, abs=1e-4)}


def test_shares_of_the_training_sum_to_one() -> None:
    assert shares(np.array([0, 0, 0, 1]), 2) == (0.75, 0.25)


def test_rare_expressions_gain_what_their_rarity_had_cost() -> None:
    """Seven classes, the first in half of the training's pictures: pictures of the second get the first's answer by a
    little, pictures of the first by far. Divided by the priors both are right."""
    training = np.array([0] * 60 + [number for number in range(1, 7) for _ in range(10)])
    labels = np.array([0] * 20 + [1] * 20)
    logits = np.zeros((40, 7))
    logits[:20, 0], logits[20:, 0], logits[20:, 1] = 6.0, 3.5, 3.0

    card = calibrated(ModelCard("a", "1", "b", "c", 5), logits, labels, training)

    assert card.prior_exponent > 0
    assert sum(card.priors) == pytest.approx(1, abs=1e-3)
    assert accuracy_and_recall(card.probabilities(logits), labels)["accuracy"] == 1
    assert card.probabilities(logits).sum(axis=1) == pytest.approx(np.ones(40), abs=1e-5)
