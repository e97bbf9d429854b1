from __future__ import annotations

import math

import numpy as np
import pytest

from fer_web.study.training import metrics


def test_wilson_agrees_with_its_published_example() -> None:
    """Newcombe 1998, table I: 81 of 263 has the interval 0.2553 to 0.3662."""
    share = metrics.wilson(81, 263)

    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)


def test_an_interval_of_all_hits_ends_at_one() -> None:
    assert metrics.wilson(10, 10).high == pytest.approx(1)
    assert metrics.wilson(10, 10).low < 0.8


LABELS = np.array([0, 0, 0, 1, 1, 2])
ANSWERS = np.array([0, 0, 1, 1, 2, 2])


def test_confusion_has_labels_in_rows() -> None:
    matrix = metrics.confusion(ANSWERS, LABELS, classes=3)

    assert matrix.tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert metrics.recalls(matrix) == pytest.approx([2 / 3, 1 / 2, 1])
    assert metrics.macro_f1(matrix) == pytest.approx((4 / 5 + 1 / 2 + 2 / 3) / 3)


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    """Four answers at 0.75, of which two are right: the gap is 0.25."""
    probabilities = np.array([[0.75, 0.25]] * 4)

    assert metrics.expected_calibration_error(probabilities, np.array([0, 0, 1, 1])) == pytest.approx(0.25)
    assert metrics.expected_calibration_error(probabilities, np.array([0, 0, 0, 1])) == pytest.approx(0)


def test_gaps_of_different_bins_do_not_cancel() -> None:
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4]])

    found = metrics.expected_calibration_error(probabilities, np.array([1, 0]))

    assert found == pytest.approx((0.9 + 0.4) / 2)


def test_likelihood_and_brier_of_hand_cases() -> None:
    probabilities = np.array([[0.5, 0.5], [0.2, 0.8]])
    labels = np.array([0, 0])

    assert metrics.negative_log_likelihood(probabilities, labels) == pytest.approx(-(math.log(0.5) + math.log(0.2)) / 2)
    assert metrics.brier(probabilities, labels) == pytest.approx((0.5 + 1.28) / 2)


def test_the_majority_line_is_the_most_frequent_classes_share() -> None:
    assert metrics.majority_share(LABELS) == pytest.approx(0.5)
