"""Readings made by hand, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from pathlib import Path

from fer_web.core import Marker, Pose, Quality, Reading, Recording
from fer_web.reports import Summary, read_readings_csv, summarize
from tests.readings import reading_of

HAND_MADE = Path(__file__).parent / "hand_made.csv"

# angry, disgust, fear, happy, sad, surprise, neutral
NEUTRAL = (0.0, 0.0, 0.0, 0.2, 0.0, 0.0, 0.8)
HAPPY = (0.0, 0.0, 0.0, 0.8, 0.0, 0.0, 0.2)
ANGRY = (0.6, 0.0, 0.0, 0.0, 0.2, 0.0, 0.2)
GOOD, BAD = Quality(0.6, 0.5, 120), Quality(0.1, 0.5, 20, because="blurred")


def reading(
    time_s: float,
    scores: tuple[float, ...] = NEUTRAL,
    *,
    track: int = 1,
    blinks: int = 0,
    uncertain: bool = False,
    eyes_open: bool | None = True,
    yaw_deg: float = 0.0,
    quality: Quality = GOOD,
) -> Reading:
    eyes = {"left_eye_aspect_ratio": 0.3, "right_eye_aspect_ratio": 0.3, "eyes_open": eyes_open}
    return reading_of(time_s, track, scores, blinks, Pose(yaw_deg, 0.0, 0.0), quality, uncertain=uncertain, **eyes)


def every(
    step_s: float, start_s: float, end_s: float, scores: tuple[float, ...] = NEUTRAL, *, track: int = 1
) -> list[Reading]:
    """One reading every `step_s` from the start on, before the end."""
    return [reading(start_s + step_s * n, scores, track=track) for n in range(round((end_s - start_s) / step_s))]


def recording(
    duration_s: float = 14.0,
    fps: float = 2.0,
    *,
    name: str = "Talk",
    markers: Iterable[tuple[float, str]] = (),
    trouble: str | None = None,
) -> Recording:
    started = datetime(2026, 11, 21, 9, 30, tzinfo=timezone.utc)
    marks = tuple(Marker(*mark) for mark in markers)
    return Recording(name, "talk.mp4", started, duration_s, fps, 640, 480, "xception 2026-11-21", marks, trouble)


def together(*people: list[Reading]) -> list[Reading]:
    """Several people's readings in the order of time."""
    return sorted((one for person in people for one in person), key=lambda one: one.time_s)


def hand_made() -> Summary:
    return summarize(recording(markers=[(4.75, "second half")]), read_readings_csv(HAND_MADE))
