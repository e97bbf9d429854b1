"""Sums of readings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fer_web.core import Emotion
from fer_web.reports.measures import Column, rates_of, shown
from fer_web.reports.totals import Totals
from tests.reports.made import BAD, reading


def test_rates_of_a_few_seconds_are_not_told() -> None:
    assert Totals(seen_s=59, judged_s=59, blinks=3).blinks_per_min is None
    assert Totals(seen_s=59, judged_s=59, shut_s=3).perclos is None
    assert Totals(seen_s=60, judged_s=60, blinks=3).blinks_per_min == 3


def test_the_ranking_leaves_out_what_was_never_shown() -> None:
    ranking = Totals(shares=(0, 0.25, 0, 0.75, 0, 0, 0)).ranking

    assert [(emotion.value, share) for emotion, share in ranking] == [("happy", 0.75), ("disgust", 0.25)]


def test_shut_eyes_count_when_they_stay_shut_for_longer_than_a_blink() -> None:
    """A blink of 0.4 s, a time of 0.6 s, and two closures with a moment between that could not be judged."""
    states = [True, *[False] * 4, True, *[False] * 6, True, *[False] * 3, None, *[False] * 3]
    readings = [reading(index / 10, eyes_open=state) for index, state in enumerate(states)]
    ends_s = [(index + 1) / 10 for index in range(len(states))]

    shut = rates_of(readings, ends_s)[:, Column.SHUT]

    assert shut.tolist() == [*[0] * 6, *[1] * 6, *[0] * 8]


def test_a_gap_ends_a_time_of_shut_eyes() -> None:
    readings = [reading(time_s, eyes_open=False) for time_s in (0.0, 0.3, 5.0, 5.3)]

    assert not rates_of(readings, [0.3, 0.4, 5.3, 5.4])[:, Column.SHUT].any()


def test_two_expressions_within_fifteen_points_are_mixed() -> None:
    close, clear = (0.0, 0.0, 0.0, 0.45, 0.0, 0.2, 0.35), (0.0, 0.0, 0.0, 0.5, 0.0, 0.2, 0.3)
    rates = rates_of([reading(0, close), reading(1, clear), reading(2, clear, quality=BAD)], [1, 2, 3])

    assert shown(rates) == [None, Emotion.HAPPY, None]
    assert rates[:, Column.MIXED].tolist() == [1, 0, 0]


def test_parts_of_the_time_seen_are_all_of_it() -> None:
    close = (0.1, 0.0, 0.0, 0.45, 0.0, 0.05, 0.4)
    readings = [reading(0), reading(1, close), reading(2, quality=BAD), reading(3, close, quality=BAD)]

    totals = Totals.of(rates_of(readings, [1, 2, 3, 4]).sum(axis=0))

    assert totals.shares is not None
    assert (totals.mixed_share, totals.unreadable_share) == (0.25, 0.5)
    assert sum(totals.shares) + 0.75 == 1


def test_a_head_that_is_turned_far_away_does_not_look_at_the_camera() -> None:
    readings = [
        replace(reading(0), looks_at_camera=True),
        reading(1, yaw_deg=50),
        reading(2),
        replace(reading(3, yaw_deg=20), looks_at_camera=True),
    ]

    totals = Totals.of(rates_of(readings, [1, 2, 3, 4]).sum(axis=0))

    assert (totals.looked_s, totals.gazed_s, totals.looked_share) == (2, 3, pytest.approx(2 / 3))
    assert (totals.faced_s, totals.posed_s) == (2, 4)  # 50 and 20 degrees are aside
