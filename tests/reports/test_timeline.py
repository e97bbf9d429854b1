"""Courses over time: smoothed, with gaps, and what the eyes did in a sliding minute."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fer_web.core import Emotion, Reading
from fer_web.reports import summarize
from fer_web.reports.timeline import Timeline
from tests.reports.made import HAPPY, NEUTRAL, every, hand_made, reading, recording


def course(readings: list[Reading], fps: float = 2.0) -> Timeline:
    return summarize(recording(0, fps), readings).people[0].timeline


def test_gaps_stand_where_nobody_or_only_an_uncertain_face_was_seen() -> None:
    timeline = hand_made().people[0].timeline

    assert (timeline.start_s, timeline.bin_s, timeline.end_s) == (0.0, 0.25, 14.0)
    # certain 0 to 4, uncertain to 4.5, certain to 6, away to 9, certain to 14
    assert timeline.states == (
        *["certain"] * 16,
        *["uncertain"] * 2,
        *["certain"] * 6,
        *["away"] * 12,
        *["certain"] * 20,
    )
    assert [row is None for row in timeline.scores] == [state == "away" for state in timeline.states]
    assert timeline.shown[15:26] == ("happy", *["unreadable"] * 2, *["angry"] * 6, None, None)


def test_scores_are_means_over_a_second_on_either_side() -> None:
    happy = [row[Emotion.HAPPY.position] for row in course([*every(0.5, 0, 4), *every(0.5, 4, 8, HAPPY)]).scores if row]

    assert happy[:12] == pytest.approx([0.2] * 12)  # bins that end 1 s before the change
    assert happy[12] == pytest.approx((8 * 0.2 + 1 * 0.8) / 9)  # 3.0 to 3.25 sees 2.0 to 4.25
    assert happy[15:17] == pytest.approx([(5 * 0.2 + 4 * 0.8) / 9, (4 * 0.2 + 5 * 0.8) / 9])
    assert happy[20:] == pytest.approx([0.8] * 12)


def test_nothing_is_smoothed_across_a_gap() -> None:
    timeline = course([*every(0.5, 0, 4), *every(0.5, 7, 11, HAPPY)])

    known = [row for row in timeline.scores if row]
    assert known[:16] == [pytest.approx(NEUTRAL)] * 16
    assert known[16:] == [pytest.approx(HAPPY)] * 16


def test_blinks_a_minute_look_back_a_minute() -> None:
    # A blink every 2 s in the first minute, none in the second.
    timeline = course([reading(number / 2, blinks=min(number, 120) // 4) for number in range(240)])

    per_min = timeline.blinks_per_min
    assert timeline.window_s == 60
    assert per_min[: 4 * 60 - 1] == (None,) * (4 * 60 - 1)  # no minute yet
    assert per_min[4 * 60 - 1] == pytest.approx(29)  # those at 2, 4, ... 58 s
    assert per_min[4 * 90 - 1] == pytest.approx(16)  # those at 30, 32, ... 60 s
    assert per_min[-1] == pytest.approx(1)  # from 60.0 s on


def test_perclos_is_the_share_of_the_last_minute_with_eyes_shut() -> None:
    # Shut from 60 to 75 s.
    timeline = course([reading(number / 2, eyes_open=not 120 <= number < 150) for number in range(280)])

    assert timeline.perclos[4 * 60 - 1] == 0
    assert timeline.perclos[4 * 66 - 1] == pytest.approx(6 / 60)
    assert max(value for value in timeline.perclos if value is not None) == pytest.approx(15 / 60)
    assert timeline.perclos[-1] == 0  # 80 to 140 s


def test_eyes_that_cannot_be_judged_have_no_rate() -> None:
    timeline = course([reading(number / 2, eyes_open=None) for number in range(240)])

    assert set(timeline.blinks_per_min) == set(timeline.perclos) == {None}


def test_a_person_begins_when_they_come() -> None:
    timeline = course(every(0.5, 1000, 1010))

    assert (timeline.start_s, len(timeline.states)) == (1000, 40)


def test_looks_and_blinks_stand_where_they_were() -> None:
    readings = [
        replace(reading(number / 4, blinks=number // 8), looks_at_camera=number >= 8, nod_count=number // 12)
        for number in range(16)
    ]
    timeline = course(readings, fps=4.0)

    assert timeline.looked == (*[False] * 8, *[True] * 8)
    assert set(timeline.faced) == {True}
    assert [place for place, count in enumerate(timeline.blinks) if count] == [8]
    assert [place for place, count in enumerate(timeline.nods) if count] == [12]
