"""What is taken as a mask, and how what is none is refused."""

from __future__ import annotations

from typing import Any

import pytest

from fer_web.core.mask import MOST_CORNERS, MOST_POLYGONS, mask_of

TRIANGLE = [[0, 0], [0.5, 0], [0.123456, 1]]


def test_polygons_of_corners_are_a_mask() -> None:
    assert mask_of([TRIANGLE]) == (((0.0, 0.0), (0.5, 0.0), (0.1235, 1.0)),)
    assert mask_of([]) == ()


@pytest.mark.parametrize(
    ("polygons", "said"),
    [
        ("x", "a list of polygons"),
        (7, "a list of polygons"),
        ([TRIANGLE] * (MOST_POLYGONS + 1), "at most 10 polygons, not 11"),
        ([TRIANGLE, TRIANGLE[:2]], "polygon 2 must have 3 to 30 corners"),
        ([[[0, 0]] * (MOST_CORNERS + 1)], "polygon 1 must have 3 to 30 corners"),
        ([[[0, 0], [0, 0], [1, 1]]], "corners in different places"),
        ([[[0, 0], [0, 1.01], [1, 1]]], "two numbers from 0 to 1"),
        ([[[0, 0], [0, float("nan")], [1, 1]]], "two numbers from 0 to 1"),
        ([[[0, 0], ["0", 1], [1, 1]]], "two numbers from 0 to 1"),
        ([[[0, 0], [True, 1], [1, 1]]], "two numbers from 0 to 1"),
        ([[[0, 0], [1], [1, 1]]], "two numbers from 0 to 1"),
        ([[[0, 0], "01", [1, 1]]], "two numbers from 0 to 1"),
    ],
)
def test_anything_else_is_refused_in_a_sentence(polygons: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        mask_of(polygons)
