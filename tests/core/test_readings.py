"""Readings: what may be kept of a face."""

from __future__ import annotations

from dataclasses import fields, make_dataclass
from datetime import datetime, timezone
from typing import Annotated, Any

import numpy as np
import pytest

from fer_web.core import Blink, Emotion, Face, Points, Reading, Recording, Rect
from fer_web.core.measures import Measure, in_group, measures_of
from fer_web.core.readings import MEASURES

SCORES = np.array([0, 0, 0, 0.9, 0, 0, 0.1], np.float32)


def test_a_reading_cannot_hold_a_picture_or_a_landmark() -> None:
    assert {measure.name for measure in MEASURES} == {field.name for field in fields(Reading)}
    assert {measure.kind for measure in MEASURES} == {float, int, bool}


@pytest.mark.parametrize("kind", [Points, np.ndarray, str, tuple[float, ...], float, Annotated[str, Measure("a text")]])
def test_a_field_that_is_no_number_with_a_meaning_is_no_measure(kind: Any) -> None:
    spied = make_dataclass("Spied", [("face", kind)])

    with pytest.raises(TypeError, match="face is no measure"):
        measures_of(spied)


def test_every_emotion_is_a_measure() -> None:
    assert [measure.name for measure in in_group(MEASURES, "emotions")] == [emotion.value for emotion in Emotion]


def test_a_reading_needs_a_track_and_scores() -> None:
    reading = Reading.of(Face(Rect(0, 0, 9, 9), 1.0, track_id=3, scores=SCORES), 1.5)

    assert (reading.track_id, reading.time_s, reading.blink_count, reading.eyes_open) == (3, 1.5, 0, None)
    assert sum(reading.scores) == pytest.approx(1)
    with pytest.raises(ValueError, match="track and scores"):
        Reading.of(Face(Rect(0, 0, 9, 9), 1.0), 0.0)


def test_a_reading_keeps_what_the_eyes_do() -> None:
    face = Face(Rect(0, 0, 9, 9), 1.0, track_id=3, scores=SCORES, uncertain=True, blink=Blink(0.3, 0.25, False, 4))

    reading = Reading.of(face, 0.0)

    assert (reading.left_eye_aspect_ratio, reading.right_eye_aspect_ratio) == (0.3, 0.25)
    assert (reading.eyes_open, reading.blink_count) == (False, 4)
    assert reading.uncertain
    assert reading.dominant_emotion is Emotion.HAPPY


def test_a_recording_says_when_in_which_time_zone() -> None:
    def recording(started_at: datetime) -> Recording:
        return Recording("talk", "talk.mp4", started_at, 60.0, 10.0, 640, 480, "xception 1")

    assert recording(datetime(2026, 1, 1, tzinfo=timezone.utc)).trouble is None
    with pytest.raises(ValueError, match="time zone"):
        recording(datetime(2026, 1, 1))
