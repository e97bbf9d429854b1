"""Sums of readings."""

from __future__ import annotations

from fer_web.reports.measures import SHUT, Totals, rates_of
from tests.reports.made import reading


def test_rates_of_a_few_seconds_are_not_told() -> None:
    assert Totals(seen_s=9, judged_s=9, blinks=3).blinks_per_min is None
    assert Totals(seen_s=9, judged_s=9, shut_s=3).perclos is None
    assert Totals(seen_s=30, judged_s=30, blinks=3).blinks_per_min == 6


def test_the_ranking_leaves_out_what_was_never_shown() -> None:
    ranking = Totals(shares=(0, 0.25, 0, 0.75, 0, 0, 0)).ranking

    assert [(emotion.value, share) for emotion, share in ranking] == [("happy", 0.75), ("disgust", 0.25)]


def test_shut_eyes_count_when_they_stay_shut_for_longer_than_a_blink() -> None:
    """A blink of 0.4 s, a spell of 0.6 s, and two closures with a moment between that could not be judged."""
    states = [True, *[False] * 4, True, *[False] * 6, True, *[False] * 3, None, *[False] * 3]
    readings = [reading(index / 10, eyes_open=state) for index, state in enumerate(states)]
    ends_s = [(index + 1) / 10 for index in range(len(states))]

    shut = rates_of(readings, ends_s)[:, SHUT]

    assert shut.tolist() == [*[0] * 6, *[1] * 6, *[0] * 8]


def test_a_gap_ends_a_spell_of_shut_eyes() -> None:
    readings = [reading(time_s, eyes_open=False) for time_s in (0.0, 0.3, 5.0, 5.3)]

    assert not rates_of(readings, [0.3, 0.4, 5.3, 5.4])[:, SHUT].any()
