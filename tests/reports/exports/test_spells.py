"""What happened when."""

from __future__ import annotations

from dataclasses import replace

from fer_web.core import Reading
from fer_web.reports.exports.spells import BLINK, EXPRESSION, NOD, happenings
from tests.reports.exports.made import exported, person
from tests.reports.made import HAPPY, NEUTRAL, every, reading, recording


def blinks(readings: list[Reading]) -> list[tuple[float, float | None]]:
    found = happenings(recording(20.0, 10.0), readings).people[1]
    return [(spell.start_s, spell.end_s) for spell in found if spell.kind == BLINK]


def test_a_blink_lasts_while_the_eyes_are_shut_or_between_two_frames() -> None:
    assert blinks(person(1)) == [(3.1, 3.3), (8.9, 9.0)]


def test_a_counter_that_was_begun_anew_counts_anew() -> None:
    again = [replace(one, blink_count=0) if one.time_s < 5 else replace(one, blink_count=2) for one in person(1)]
    anew = [replace(one, blink_count=7) if one.time_s < 5 else replace(one, blink_count=1) for one in person(1)]

    assert len(blinks(again)) == 2, "two between two frames are two"
    assert len(blinks(anew)) == 1, "the first count is not counted"


def test_shut_eyes_long_ago_are_no_blink() -> None:
    readings = [reading(n / 10, blinks=int(n >= 60), eyes_open=not 20 <= n < 40) for n in range(100)]

    assert blinks(readings) == [(5.9, 6.0)]


def test_who_was_seen_briefly_has_no_spells_as_in_the_report() -> None:
    readings = sorted([*person(1), *person(2, 0, 20)], key=lambda one: one.time_s)

    assert set(happenings(recording(14.0, 10.0), readings).people) == {1}


def test_more_spells_are_kept_than_a_report_shows() -> None:
    readings = [one for n in range(600) for one in every(0.5, n * 1.5, n * 1.5 + 1.5, HAPPY if n % 2 else NEUTRAL)]
    found = happenings(recording(900.0, 2.0), readings).people[1]

    assert len([spell for spell in found if spell.kind == EXPRESSION]) == 600


def test_all_come_in_the_order_of_time() -> None:
    found = exported([(4.0, "b"), (1.0, "a")], people=(1, 2)).happenings.in_order

    assert [spell.start_s for spell in found] == sorted(spell.start_s for spell in found)
    assert [spell.text for spell in found if spell.track_id is None] == ["a", "b"]
    assert [spell.end_s for spell in found if spell.kind == NOD] == [None, None]
