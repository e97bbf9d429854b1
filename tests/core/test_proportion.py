"""Shares with their intervals, against published numbers."""

from __future__ import annotations

import pytest

from fer_web.core.proportion import Proportion, wilson


def test_wilson_agrees_with_its_published_example() -> None:
    """Newcombe 1998, table I: 81 of 263 has the interval 0.2553 to 0.3662."""
    share = wilson(81, 263)

    assert (round(share.low, 4), round(share.high, 4)) == (0.2553, 0.3662)


def test_an_interval_of_all_hits_ends_at_one() -> None:
    assert wilson(10, 10).high == pytest.approx(1)
    assert wilson(10, 10).low < 0.8


def test_nothing_is_known_of_no_cases() -> None:
    assert wilson(0, 0) == Proportion(0.0, 0.0, 1.0, 0)


def test_a_share_is_above_another_one_only_if_their_intervals_part() -> None:
    """90 of 100 has 0.826 to 0.945, 70 of 100 0.604 to 0.781, 80 of 100 0.711 to 0.867."""
    assert wilson(90, 100).is_above(wilson(70, 100))
    assert not wilson(90, 100).is_above(wilson(80, 100))
    assert not wilson(70, 100).is_above(wilson(90, 100))
