"""Readings: what may be kept of a face."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timezone

import numpy as np
import pytest

from fer_web.core import Blink, Emotion, Face, Reading, Recording, Rect

SCORES = np.array([0, 0, 0, 0.9, 0, 0, 0.1], np.float32)


def test_a_reading_cannot_hold_a_picture_or_a_landmark() -> None:
    kinds = {field.name: str(field.type) for field in fields(Reading)}

    assert set(kinds) == {"time_s", "track", "scores", "blinks", "pose", "quality", "is_uncertain",
                          "left_ear", "right_ear", "eyes_open"}  # fmt: skip
    assert not any("NDArray" in kind or "Points" in kind or "Pixels" in kind for kind in kinds.values())


def test_a_reading_needs_a_track_and_scores() -> None:
    reading = Reading.of(Face(Rect(0, 0, 9, 9), 1.0, track=3, scores=SCORES), 1.5)

    assert (reading.track, reading.time_s, reading.blinks, reading.eyes_open) == (3, 1.5, 0, None)
    assert sum(reading.scores) == pytest.approx(1)
    with pytest.raises(ValueError, match="track and scores"):
        Reading.of(Face(Rect(0, 0, 9, 9), 1.0), 0.0)


def test_a_reading_keeps_what_the_eyes_do() -> None:
    face = Face(Rect(0, 0, 9, 9), 1.0, track=3, scores=SCORES, is_uncertain=True, blink=Blink(0.3, 0.25, False, 4))

    reading = Reading.of(face, 0.0)

    assert (reading.left_ear, reading.right_ear, reading.eyes_open, reading.blinks) == (0.3, 0.25, False, 4)
    assert reading.is_uncertain
    assert reading.dominant is Emotion.HAPPY


def test_a_recording_says_when_in_which_time_zone() -> None:
    def recording(started_at: datetime) -> Recording:
        return Recording("talk", "talk.mp4", started_at, 60.0, 10.0, 640, 480, "xception 1")

    assert recording(datetime(2026, 1, 1, tzinfo=timezone.utc)).trouble is None
    with pytest.raises(ValueError, match="time zone"):
        recording(datetime(2026, 1, 1))
