"""Viewers who see a picture about as wide share it."""

from __future__ import annotations

import pytest

from fer_web.vision import View
from fer_web.vision.view import NARROWEST_PX, STEP, rounded_down


@pytest.mark.parametrize("shown_px", [*range(160, 3000, 7), 199, 200, 610, 762, 763])
def test_widths_are_rounded_down_by_less_than_a_step_and_only_once(shown_px: int) -> None:
    rounded = rounded_down(shown_px)

    assert rounded <= shown_px <= STEP * (rounded + 1)
    assert rounded_down(rounded) == rounded


def test_there_is_a_narrowest_and_no_width_where_nobody_said() -> None:
    assert rounded_down(1) == rounded_down(NARROWEST_PX - 1) == NARROWEST_PX
    assert View.of(frozenset(), None) == View(frozenset())
    assert View.of(frozenset(), 820) == View.of(frozenset(), 780)
