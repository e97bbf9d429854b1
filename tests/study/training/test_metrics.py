from __future__ import annotations

import math

import numpy as np
import pytest

from fer_web.study.training import metrics

LABELS = np.array([0, 0, 0, 1, 1, 2])
ANSWERS = np.array([0, 0, 1, 1, 2, 2])


def test_confusion_has_labels_in_rows() -> None:
    matrix = metrics.confusion(ANSWERS, LABELS, classes=3)

    assert matrix.tolist() == [[2, 1, 0], [0, 1, 1], [0, 0, 1]]
    assert metrics.recalls(matrix) == pytest.approx([2 / 3, 1 / 2, 1])
    assert metrics.macro_f1(matrix) == pytest.approx((4 / 5 + 1 / 2 + 2 / 3) / 3)


def test_likelihood_and_brier_of_hand_cases() -> None:
    probabilities = np.array([[0.5, 0.5], [0.2, 0.8]])
    labels = np.array([0, 0])

    assert metrics.negative_log_likelihood(probabilities, labels) == pytest.approx(-(math.log(0.5) + math.log(0.2)) / 2)
    assert metrics.brier(probabilities, labels) == pytest.approx((0.5 + 1.28) / 2)


def test_the_majority_line_is_the_most_frequent_classes_share() -> None:
    assert metrics.majority_share(LABELS) == pytest.approx(0.5)
