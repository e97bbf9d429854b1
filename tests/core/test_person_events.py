"""Events of people: declared once, and nothing but numbers, words and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Annotated, Any

import jsonschema
import numpy as np
import pytest
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.core.person_events import (
    PERSON_EVENTS,
    Appeared,
    Blinked,
    Changed,
    Fact,
    Left,
    PersonEvent,
    all_facts,
    person_events_schema,
)

NOON = datetime(2026, 11, 27, 12, 0, 0, 250_000, timezone(timedelta(hours=2)))
WHO: dict[str, Any] = {"camera": "door", "track_id": 3, "time_utc": NOON, "time_s": 12.3456}
SHARES = {f"{emotion}_share": 0.0 for emotion in Emotion} | {"happy_share": 2 / 3}
EVENTS = (
    Appeared(**WHO),
    Changed(**WHO, dominant_emotion=Emotion.HAPPY),
    Changed(**WHO, dominant_emotion=Emotion.SAD, emotion_before=Emotion.HAPPY),
    Blinked(**WHO, blink_count=4),
    Left(
        **WHO,
        stay_s=61.0,
        blink_count=4,
        blinks_per_minute=3.93,
        nod_count=1,
        shake_count=0,
        looked_share=None,
        main_emotion=Emotion.HAPPY,
        **SHARES,
    ),
)


def test_an_event_says_what_happened_to_whom_and_when() -> None:
    assert EVENTS[1].json() == {
        "schema_version": 1,
        "event": "changed",
        "camera": "door",
        "track_id": 3,
        "time_utc": "2026-11-27T10:00:00.250Z",
        "time_s": 12.346,
        "dominant_emotion": "happy",
        "emotion_before": None,
    }
    assert EVENTS[-1].json()["happy_share"] == 0.6667


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.kind)
def test_every_event_keeps_to_the_schema(event: PersonEvent) -> None:
    jsonschema.validate(event.json(), person_events_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**event.json(), "picture": "…"}, person_events_schema())


def test_every_kind_has_a_sample_here() -> None:
    assert {event.kind for event in EVENTS} == set(PERSON_EVENTS)


def test_a_name_means_the_same_in_every_kind() -> None:
    meanings = {fact.name: fact for fact in all_facts()}

    for kind in PERSON_EVENTS.values():
        assert all(fact == meanings[fact.name] for fact in kind.facts())


def test_no_picture_and_no_landmark_can_be_an_event() -> None:
    @dataclass(frozen=True, kw_only=True)
    class WithPixels(PersonEvent):
        pixels: Annotated[NDArray[np.uint8], Fact("a picture")]

    with pytest.raises(TypeError, match="pixels is no fact"):
        WithPixels.facts()
