"""Events of people in a recording: found in its readings, as they are told while it runs."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from fer_web.core.people_watch import PeopleWatch
from fer_web.core.person_events import Left, all_facts
from fer_web.reports import people_events_lines
from fer_web.reports.people_events import people_events
from tests.reports.made import HAPPY, every, recording, together

TALK = recording(30.0)
# One person who goes and comes back, another one who stays to the end.
PEOPLE = together(every(0.1, 0, 5), every(0.1, 10, 20, HAPPY), every(0.1, 2, 30, HAPPY, track=2))


def test_a_recording_tells_who_came_and_left_and_when() -> None:
    told = [(event.kind, event.track_id, round(event.time_s, 1)) for event in people_events(TALK, PEOPLE)]

    assert sorted(told, key=lambda one: (one[2], one[1])) == [
        ("appeared", 1, 0.0),
        ("changed", 1, 0.0),
        ("appeared", 2, 2.0),
        ("changed", 2, 2.0),
        ("left", 1, 4.9),
        ("appeared", 1, 10.0),
        ("changed", 1, 10.0),
        ("left", 1, 19.9),
        ("left", 2, 29.9),
    ]


def test_they_are_those_that_are_told_while_it_runs() -> None:
    """Ten times a second, also while nobody is there."""
    alone = every(0.1, 0, 5) + every(0.1, 10, 20, HAPPY)
    at = {round(one.time_s, 1): one for one in alone}
    watch, live = PeopleWatch(TALK.source), []
    for step in range(300):
        time_s = round(step * 0.1, 1)
        there = [at[time_s]] if time_s in at else []
        live += watch.take(there, there[0].time_s if there else time_s, TALK.started_at + timedelta(seconds=time_s))

    told = list(people_events(TALK, alone))

    assert [(one.kind, one.time_s) for one in told] == [(one.kind, one.time_s) for one in live]
    assert next(one for one in told if isinstance(one, Left)).stay_s == pytest.approx(4.9)


def test_the_file_has_a_column_for_each_field_and_the_camera_is_no_formula() -> None:
    lines = list(people_events_lines(recording(30.0), PEOPLE))

    rows = list(csv.DictReader(lines))
    assert list(rows[0]) == ["event", *(fact.name for fact in all_facts())]
    assert (rows[0]["event"], rows[0]["camera"], rows[0]["stay_s"]) == ("appeared", "talk.mp4", "")
    assert rows[0]["time_utc"] == "2026-11-21T09:30:00.000Z"
    left = next(row for row in rows if row["event"] == "left")
    assert (left["track_id"], left["stay_s"], left["main_emotion"]) == ("1", "4.900", "neutral")


def test_with_semicolons_numbers_have_a_decimal_comma() -> None:
    rows = list(csv.DictReader(people_events_lines(TALK, PEOPLE, ";"), delimiter=";"))

    assert next(row for row in rows if row["event"] == "left")["stay_s"] == "4,900"


def test_an_empty_recording_has_a_header_alone() -> None:
    assert len(list(people_events_lines(TALK, []))) == 1
