"""Rectangles are half-open, in pixels."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Rect


def test_a_rectangle_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match="positive width"):
        Rect(3, 0, 3, 5)


def test_right_and_bottom_do_not_belong_to_it() -> None:
    assert Rect(2, 3, 5, 7).size == (3, 4)
    assert Rect(2, 3, 5, 7).area == 12


def test_the_smallest_rectangle_around_points_holds_their_pixels() -> None:
    assert Rect.around(np.array([[1.5, 2.0], [4.0, 3.9]])) == Rect(1, 2, 5, 4)


def test_expanding_adds_a_share_of_each_side() -> None:
    assert Rect(10, 10, 20, 30).expanded(0.5) == Rect(5, 0, 25, 40)


def test_clipping_keeps_what_is_in_the_picture() -> None:
    assert Rect(-5, 2, 8, 50).clipped((6, 40)) == Rect(0, 2, 6, 40)
    assert Rect(6, 0, 9, 5).clipped((6, 40)) is None


def test_a_scaled_rectangle_keeps_at_least_a_pixel() -> None:
    assert Rect(4, 4, 8, 8).scaled(0.5) == Rect(2, 2, 4, 4)
    assert Rect(4, 4, 5, 5).scaled(0.1) == Rect(0, 0, 1, 1)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Rect(0, 0, 10, 10), 1.0),
        (Rect(5, 0, 15, 10), 50 / 150),
        (Rect(10, 0, 20, 10), 0.0),
        (Rect(30, 30, 31, 31), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(other: Rect, expected: float) -> None:
    assert Rect(0, 0, 10, 10).iou(other) == pytest.approx(expected)
