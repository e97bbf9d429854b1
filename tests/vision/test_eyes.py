"""Eye aspect ratios."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Points
from fer_web.vision.eyes import are_eyes_plausible, eye_aspect_ratio, eye_aspect_ratios


def eye(width: float = 40, opening: float = 12, at: tuple[float, float] = (0, 0), turn_deg: float = 0) -> Points:
    """An eye whose lids are `opening` apart at both places."""
    third, half = width / 3, opening / 2
    points = np.array([[0, 0], [third, -half], [2 * third, -half], [width, 0], [2 * third, half], [third, half]])
    turn = np.radians(turn_deg)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return (points @ rotation.T + at).astype(np.float32)


def face(right_opening: float = 12, left_opening: float = 12, left_width: float = 40) -> Points:
    landmarks = np.zeros((68, 2), np.float32)
    landmarks[36:42] = eye(40, right_opening, (100, 100))
    landmarks[42:48] = eye(left_width, left_opening, (180, 100))
    return landmarks


def test_the_ratio_is_the_mean_opening_over_the_width() -> None:
    assert eye_aspect_ratio(eye(40, 12)) == pytest.approx(12 / 40)


def test_it_depends_neither_on_size_nor_on_tilt() -> None:
    assert eye_aspect_ratio(eye(4, 1.2)) == pytest.approx(0.3)
    assert eye_aspect_ratio(eye(40, 12, (7, 9), 33)) == pytest.approx(0.3, abs=1e-5)


def test_shut_lids_give_zero_and_an_eye_without_width_no_number() -> None:
    assert eye_aspect_ratio(eye(40, 0)) == 0
    assert np.isnan(eye_aspect_ratio(np.zeros((6, 2), np.float32)))


def test_left_and_right_are_the_persons() -> None:
    left, right = eye_aspect_ratios(face(right_opening=4, left_opening=12))

    assert (left, right) == (pytest.approx(0.3), pytest.approx(0.1))


def test_ordinary_eyes_are_plausible_open_and_shut() -> None:
    assert are_eyes_plausible(face())
    assert are_eyes_plausible(face(0, 0))


@pytest.mark.parametrize(
    "landmarks",
    [np.zeros((68, 2), np.float32), np.full((68, 2), np.nan, np.float32), face(left_width=10), face(left_opening=36)],
    ids=["collapsed", "not numbers", "a narrow eye", "an eye wider open than can be"],
)
def test_lost_eyes_are_not(landmarks: Points) -> None:
    assert not are_eyes_plausible(landmarks)
