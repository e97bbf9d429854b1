"""Who came, changed their expression, blinked and left, ten times a second."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from fer_web.core import Emotion, Reading
from fer_web.core.people_watch import PeopleWatch
from fer_web.core.person_events import Appeared, Blinked, Changed, Left, PersonEvent
from tests.readings import reading_of

BEGAN = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
STEP_S = 0.1


def someone(emotion: Emotion = Emotion.NEUTRAL, track_id: int = 1, **measures: Any) -> Reading:
    scores = tuple(1.0 if one is emotion else 0.0 for one in Emotion)
    return reading_of(0.0, track_id, scores, **measures)


class Room:
    """A camera's time, which goes on in steps."""

    def __init__(self) -> None:
        self.watch = PeopleWatch("door")
        self.steps = 0

    @property
    def now(self) -> tuple[float, datetime]:
        time_s = self.steps * STEP_S
        return 100 + time_s, BEGAN + timedelta(seconds=time_s)

    def pass_s(self, seconds: float, *people: Reading) -> list[PersonEvent]:
        """What is told while these people are there."""
        told: list[PersonEvent] = []
        for _ in range(round(seconds / STEP_S)):
            told += self.watch.take(people, *self.now)
            self.steps += 1
        return told


def kinds(events: Sequence[PersonEvent]) -> list[str]:
    return [event.kind for event in events]


def test_somebody_appears_with_the_time_when_they_came() -> None:
    room = Room()
    room.pass_s(3)

    told = room.pass_s(0.7, someone())

    assert told == [Appeared(camera="door", track_id=1, time_s=103.0, time_utc=BEGAN + timedelta(seconds=3))]


def test_a_face_that_is_there_for_a_moment_is_nobody() -> None:
    room = Room()

    assert room.pass_s(0.4, someone()) + room.pass_s(5) == []


def test_an_expression_is_told_once_it_was_held_for_a_second() -> None:
    room = Room()
    room.pass_s(0.7, someone(Emotion.SAD))

    told = room.pass_s(1, someone(Emotion.SAD)) + room.pass_s(1.2, someone(Emotion.HAPPY))

    assert [event.json() | {"time_utc": ""} for event in told] == [
        Changed(**_at(100.0), dominant_emotion=Emotion.SAD).json() | {"time_utc": ""},
        Changed(**_at(101.7), dominant_emotion=Emotion.HAPPY, emotion_before=Emotion.SAD).json() | {"time_utc": ""},
    ]


def _at(time_s: float) -> dict[str, Any]:
    return {"camera": "door", "track_id": 1, "time_s": time_s, "time_utc": BEGAN}


def test_a_passing_or_uncertain_expression_is_no_news() -> None:
    room = Room()
    room.pass_s(2, someone())

    told = room.pass_s(0.9, someone(Emotion.FEAR)) + room.pass_s(2, someone())
    told += room.pass_s(3, someone(Emotion.ANGRY, uncertain=True)) + room.pass_s(2, someone())

    assert told == []


def test_every_blink_is_told_and_counted_from_coming() -> None:
    room = Room()
    room.pass_s(1, someone(blink_count=7))

    told = room.pass_s(0.5, someone(blink_count=8)) + room.pass_s(0.5, someone(blink_count=10))

    assert [event.blink_count for event in told if isinstance(event, Blinked)] == [1, 2, 3]


def test_blinks_go_on_being_counted_when_the_count_begins_anew() -> None:
    room = Room()
    room.pass_s(1, someone(blink_count=7))
    room.pass_s(0.2, someone(blink_count=8))

    told = room.pass_s(0.2, someone(blink_count=0)) + room.pass_s(0.2, someone(blink_count=1))

    assert [event.blink_count for event in told if isinstance(event, Blinked)] == [2]


def test_leaving_sums_up_the_stay() -> None:
    room = Room()
    room.pass_s(15.1, someone(Emotion.HAPPY, looks_at_camera=True))
    room.pass_s(5, someone(Emotion.SAD, blink_count=3, nod_count=2, looks_at_camera=False))

    (left,) = room.pass_s(3)

    assert isinstance(left, Left)
    assert (left.time_s, left.stay_s) == (pytest.approx(120.0), pytest.approx(20.0))
    assert (left.blink_count, left.nod_count, left.blinks_per_minute) == (3, 2, pytest.approx(9.0))
    assert left.main_emotion is Emotion.HAPPY
    assert (left.happy_share, left.sad_share, left.looked_share) == pytest.approx((0.75, 0.25, 0.75))


def test_whoever_looks_away_for_a_moment_has_not_left() -> None:
    room = Room()
    room.pass_s(2, someone())

    assert room.pass_s(1.7) + room.pass_s(1, someone()) == []


def test_whoever_comes_back_later_appears_again() -> None:
    room = Room()
    room.pass_s(2, someone())

    assert kinds(room.pass_s(3) + room.pass_s(0.7, someone())) == ["left", "appeared"]


def test_people_are_told_apart() -> None:
    room = Room()

    told = room.pass_s(2, someone(), someone(Emotion.HAPPY, track_id=2)) + room.pass_s(3, someone())

    assert [(event.track_id, event.kind) for event in told] == [
        (1, "appeared"),
        (2, "appeared"),
        (1, "changed"),
        (2, "changed"),
        (2, "left"),
    ]


def test_everybody_leaves_when_nobody_watches_any_more() -> None:
    room = Room()
    room.pass_s(2, someone(), someone(track_id=2))

    assert kinds(room.watch.end(*room.now)) == ["left", "left"]
    assert room.watch.end(*room.now) == ()
