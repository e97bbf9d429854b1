"""Stretches: for how long something stays as it is."""

from __future__ import annotations

from itertools import pairwise

from fer_web.core import Emotion
from fer_web.reports.behavior import Found
from fer_web.reports.stretches import SUSTAINED_S, Stretch, Stretches

HAPPY, SAD, NEUTRAL = Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL


def stretches(*parts: tuple[float, Emotion | None], most: int = 500) -> Stretches[Emotion]:
    """Of times that follow each other: seconds, and what was seen."""
    found: Stretches[Emotion] = Stretches(SUSTAINED_S, most)
    time_s = 0.0
    for length_s, emotion in parts:
        steps = round(length_s * 10)
        for step in range(steps):
            found.add(time_s + step / 10, time_s + (step + 1) / 10, emotion)
        time_s += length_s
    found.finish()
    return found


def test_short_ones_are_none() -> None:
    assert stretches((0.9, HAPPY)).kept == []
    assert len(stretches((1.1, HAPPY)).kept) == 1


def test_a_short_break_does_not_end_a_stretch() -> None:
    for between in (SAD, None):
        found = stretches((2, HAPPY), (0.4, between), (2, HAPPY))

        assert [(one.start_s, round(one.end_s, 6)) for one in found.kept] == [(0, 4.4)]
        assert found.changes == 0


def test_a_longer_break_does() -> None:
    found = stretches((2, HAPPY), (0.7, SAD), (2, HAPPY))

    assert [one.what for one in found.kept] == [HAPPY, HAPPY]
    assert found.changes == 0  # from happy to happy


def test_an_absence_counts_as_a_break() -> None:
    found: Stretches[Emotion] = Stretches(SUSTAINED_S)
    found.add(0, 2, HAPPY)
    found.add(2.4, 4, HAPPY)
    found.add(9, 11, HAPPY)
    found.finish()

    assert found.kept == [Stretch(0, 4, HAPPY), Stretch(9, 11, HAPPY)]


def test_a_stretch_begins_with_its_own_first_moment() -> None:
    found = stretches((2, HAPPY), (0.3, SAD), (2, NEUTRAL))

    assert [(round(one.start_s, 6), one.what) for one in found.kept] == [(0, HAPPY), (2.3, NEUTRAL)]
    assert found.changes == 1


def test_flicker_between_two_is_no_stretch_of_either() -> None:
    assert stretches(*[(0.6, HAPPY), (0.6, SAD)] * 5).kept == []


def test_changes_are_not_counted_across_a_long_gap() -> None:
    assert stretches((2, HAPPY), (1.9, None), (2, SAD)).changes == 1
    assert stretches((2, HAPPY), (2.2, None), (2, SAD)).changes == 0


def test_too_many_leave_the_longest() -> None:
    parts = [(1.5 if number % 10 else 9.0, (HAPPY, SAD)[number % 2]) for number in range(101)]

    found = stretches(*parts, most=20)

    assert found.shortest_s == 2.0
    assert len(found.kept) == 11
    assert all(one.duration_s > 8.9 for one in found.kept)
    assert found.changes == 100  # all of them, also of those that were dropped
    assert all(one.start_s < other.start_s for one, other in pairwise(found.kept))


def looks(*parts: tuple[float, bool | None]) -> Stretches[bool]:
    """Ten readings a second of somebody who looks at the camera or away; None while their eyes are shut."""
    found: Stretches[bool] = Stretches(glance_s=0.2)
    time_s = 0.0
    for length_s, what in parts:
        for step in range(round(length_s * 10)):
            found.add(time_s + step / 10, time_s + (step + 1) / 10, what)
        time_s += length_s
    found.finish()
    return found


def test_a_blink_does_not_end_a_look_and_a_glance_aside_does() -> None:
    assert [round(one.duration_s, 6) for one in looks((2, True), (0.4, None), (2, True)).kept] == [4.4]
    assert [round(one.duration_s, 6) for one in looks((2, True), (0.4, False), (1, True)).kept] == [2, 1]
    assert looks((2, False)).kept == []


def test_counts_and_sums_are_of_all_and_the_longest_is_the_first_of_them() -> None:
    found = looks((1, True), (1, False), (3, True), (1, False), (3, True), (1, False), (0.4, True))

    assert (found.count, round(found.total_s, 6)) == (3, 7)
    assert found.first == found.kept[0]
    assert Found.of(found).longest == found.kept[1]
