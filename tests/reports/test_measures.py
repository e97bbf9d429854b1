"""Sums of readings."""

from __future__ import annotations

from fer_web.reports.measures import Totals


def test_rates_of_a_few_seconds_are_not_told() -> None:
    assert Totals(seen_s=9, judged_s=9, blinks=3).blinks_per_min is None
    assert Totals(seen_s=9, judged_s=9, shut_s=3).perclos is None
    assert Totals(seen_s=30, judged_s=30, blinks=3).blinks_per_min == 6


def test_the_ranking_leaves_out_what_was_never_shown() -> None:
    ranking = Totals(shares=(0, 0.25, 0, 0.75, 0, 0, 0)).ranking

    assert [(emotion.value, share) for emotion, share in ranking] == [("happy", 0.75), ("disgust", 0.25)]
