from __future__ import annotations

import math

import numpy as np
import pytest

from fer_web.study.training.calibrate import fit_temperature, risk_coverage, uncertain_below
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


def test_uncertain_is_chosen_where_enough_risk_is_saved_for_the_most_coverage() -> None:
    assert uncertain_below(SURE_TO_UNSURE, LABELS, gain=0.10) == pytest.approx(0.7)
    assert uncertain_below(SURE_TO_UNSURE, LABELS, gain=0.30) == pytest.approx(0.8)


def test_nothing_is_uncertain_where_confidence_says_nothing() -> None:
    assert uncertain_below(SURE_TO_UNSURE, np.array([1, 1, 1, 1])) == 0.0
