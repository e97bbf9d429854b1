"""Values to store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import text

from fer_web.core import Job, Pose, Quality, Reading
from fer_web.store import RecordingKind, Store
from tests.readings import reading_of

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
SCORES = (0.5, 0.1, 0.05, 0.2, 0.05, 0.05, 0.05)


class Clock:
    """Time that a test turns forward by hand."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **parts: float) -> None:
        self.now += timedelta(**parts)


def reading(time_s: float = 0.0, track: int = 1, **changes: Any) -> Reading:
    """One with everything in it."""
    known = {
        "scores": SCORES,
        "blink_count": 3,
        "pose": Pose(1.5, -2.25, 0.125),
        "quality": Quality(0.8, 0.5, 120, because="blurred"),
        "uncertain": True,
        "left_eye_aspect_ratio": 0.31,
        "right_eye_aspect_ratio": 0.29,
        "eyes_open": False,
    }
    return reading_of(time_s, track, **{**known, **changes})


def readings(count: int, start_s: float = 0.0) -> list[Reading]:
    """One person's, ten a second."""
    return [reading(start_s + number / 10) for number in range(count)]


def begin(store: Store, name: str = "Interview", kind: RecordingKind = "camera", **changes: Any) -> str:
    """A recording that has just begun."""
    return store.recordings.create(name, "live camera", NOON, kind=kind, **changes)


def job(job_id: str, created_at: datetime = NOON, **changes: Any) -> Job:
    """A video that waits."""
    return Job(job_id, "video", "clip.mp4", created_at, **changes)


def rows(store: Store, *tables: str) -> Sequence[int]:
    """How many rows the tables really have."""
    with store._database.reading() as connection:
        return [int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0) for table in tables]  # noqa: S608
