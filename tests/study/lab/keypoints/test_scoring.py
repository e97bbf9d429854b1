from __future__ import annotations

import numpy as np
import pytest

from fer_web.core.keypoints import LEFT_EYE, NAMES, RIGHT_EYE
from fer_web.study.lab.keypoints.scoring import masked_loss, point_table, rmse_px, share_near

KNOWN = np.full((2, 15, 2), 50, np.float32)
KNOWN[:, LEFT_EYE], KNOWN[:, RIGHT_EYE] = (70, 40), (30, 40)  # 40 pixels apart: 5 % are 2 pixels


def test_the_rmse_is_over_coordinates_and_leaves_unknown_ones_out() -> None:
    known, predicted = KNOWN.copy(), KNOWN.copy()
    known[1] = np.nan
    predicted[0, 10] += (3, 4)

    assert rmse_px(predicted, known) == pytest.approx(np.sqrt((9 + 16) / 30))


def test_points_are_near_within_a_twentieth_of_the_eyes_distance() -> None:
    predicted = KNOWN.copy()
    predicted[:, 5] += (1.9, 0)
    predicted[0, 6] += (2.1, 0)

    assert share_near(predicted, KNOWN) == pytest.approx(29 / 30)
    assert share_near(predicted, KNOWN, 0.1) == 1


def test_a_face_without_known_eyes_has_no_near_points() -> None:
    known = KNOWN.copy()
    known[1, LEFT_EYE] = np.nan
    predicted = KNOWN.copy()
    predicted[1] += 50

    assert share_near(predicted, known) == 1


def test_every_point_has_a_line_unless_nobody_knows_it() -> None:
    known, predicted = KNOWN.copy(), KNOWN + np.float32(1)
    known[:, 3] = np.nan

    table = point_table(predicted, known)

    assert set(table) == set(NAMES) - {NAMES[3]}
    assert table["nose_tip"] == {"rmse_px": pytest.approx(1), "median_px": pytest.approx(np.sqrt(2)), "near": 1.0}


def test_the_loss_ignores_unknown_points_and_is_linear_for_large_errors() -> None:
    targets = np.zeros((3, 15, 3), np.float32)
    targets[:2, 0, 2] = 1
    points = np.zeros((3, 15, 2), np.float32)
    points[0, 0] = (1, 0)  # 1² / (2 · 2)
    points[1, 0] = (11, 0)  # 11 - 1
    points[2] = 90

    loss = np.asarray(masked_loss(targets, points))

    np.testing.assert_allclose(loss, [0.25 / 30, 10 / 30, 0], rtol=1e-6)
