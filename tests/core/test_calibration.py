"""Calibration of answers whose gaps are known by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fer_web.core import calibration
from fer_web.core.proportion import wilson


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    """Four answers at 0.75, of which two are right: the gap is 0.25."""
    probabilities = np.array([[0.75, 0.25]] * 4)

    assert calibration.expected_calibration_error(probabilities, np.array([0, 0, 1, 1])) == pytest.approx(0.25)
    assert calibration.expected_calibration_error(probabilities, np.array([0, 0, 0, 1])) == pytest.approx(0)


def test_gaps_of_different_bins_do_not_cancel() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4]])

    found = calibration.expected_calibration_error(probabilities, np.array([1, 0]))

    assert found == pytest.approx((0.9 + 0.4) / 2)


def test_overconfidence_is_a_mean_with_the_interval_of_one() -> None:
    """Gaps -0.2, -0.2, -0.2, 0.8: mean 0.05, standard deviation 0.5, half an interval 1.96 * 0.5 / 2."""
    found = calibration.overconfidence(np.full(4, 0.8), np.array([True, True, True, False]))

    assert found.value == pytest.approx(0.05)
    assert found.high - found.value == pytest.approx(1.959964 * 0.5 / math.sqrt(4))


def test_reliability_tells_of_each_bin_how_sure_and_how_often_right() -> None:
    confidence, hits = np.array([0.41, 0.45, 0.99, 1.0]), np.array([True, False, True, True])

    first, last = calibration.reliability(confidence, hits)

    assert first == (pytest.approx(0.43), wilson(1, 2))
    assert last == (pytest.approx(0.995), wilson(2, 2))


def test_an_error_has_an_interval_that_holds_it_and_is_the_same_each_time() -> None:
    confidence, hits = np.full(200, 0.9), np.arange(200) % 2 == 0

    found = calibration.estimated_error(confidence, hits)

    assert found.value == pytest.approx(0.4)
    assert found.low == pytest.approx(0.4 - 1.96 * 0.5 / math.sqrt(200), abs=0.015)
    assert found.high == pytest.approx(0.4 + 1.96 * 0.5 / math.sqrt(200), abs=0.015)
    assert calibration.estimated_error(confidence, hits) == found


def test_answers_that_are_worth_what_they_say_err_by_chance() -> None:
    """The gap of n answers of 0.5 has a standard deviation of 0.5 / sqrt(n); 95 % of its sizes lie under 1.96 of it."""
    assert calibration.error_by_chance(np.full(400, 0.5)) == pytest.approx(1.96 * 0.5 / 20, abs=0.01)
