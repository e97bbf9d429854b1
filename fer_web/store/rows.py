"""Values as rows and rows as values; numpy's numbers become Python's, which every database knows."""

from __future__ import annotations

import json
import math
from typing import Any

from sqlalchemy import Row

from fer_web.core import Emotion, Job, JobState, Pose, Quality, Reading

EMOTIONS = tuple(str(emotion) for emotion in Emotion)


def clean(text: str) -> str:
    """Without what no database takes: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def reading_row(reading: Reading, session: int, position: int) -> dict[str, Any]:
    """A row of `readings`; ValueError for scores that are not seven numbers."""
    pose, quality = _pose(reading.pose), reading.quality
    return {
        "session": session,
        "time_s": float(reading.time_s),
        "position": position,
        "track": int(reading.track),
        **{name: float(score) for name, score in zip(EMOTIONS, _seven(reading.scores), strict=True)},
        "is_uncertain": bool(reading.is_uncertain),
        "blinks": int(reading.blinks),
        "left_ear": _float(reading.left_ear),
        "right_ear": _float(reading.right_ear),
        "eyes_open": None if reading.eyes_open is None else bool(reading.eyes_open),
        "yaw_deg": pose and float(pose.yaw_deg),
        "pitch_deg": pose and float(pose.pitch_deg),
        "roll_deg": pose and float(pose.roll_deg),
        "sharpness": quality and float(quality.sharpness),
        "brightness": quality and float(quality.brightness),
        "size_px": quality and int(quality.size_px),
        "is_poor": quality and bool(quality.is_poor),
    }


def reading_of(row: Row[Any]) -> Reading:
    """The reading that a row of `readings` was made from."""
    return Reading(
        time_s=row.time_s,
        track=row.track,
        scores=tuple(getattr(row, name) for name in EMOTIONS),
        blinks=row.blinks,
        pose=None if row.yaw_deg is None else Pose(row.yaw_deg, row.pitch_deg, row.roll_deg),
        quality=None if row.size_px is None else Quality(row.sharpness, row.brightness, row.size_px, row.is_poor),
        is_uncertain=row.is_uncertain,
        left_ear=row.left_ear,
        right_ear=row.right_ear,
        eyes_open=row.eyes_open,
    )


def job_row(job: Job) -> dict[str, Any]:
    """A row of `jobs`."""
    return {
        "id": job.id,
        "kind": job.kind,
        "name": clean(job.name),
        "state": str(job.state),
        "path": job.path,
        "options": json.dumps(dict(job.options)),
        "progress": float(job.progress),
        "remaining_s": _float(job.remaining_s),
        "message": clean(job.message),
        "error": None if job.error is None else clean(job.error),
        "session_id": job.session_id,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "heartbeat_at": job.heartbeat_at,
        "worker": job.worker,
        "attempts": job.attempts,
    }


def job_of(row: Row[Any]) -> Job:
    """The job that a row of `jobs` tells of."""
    values = dict(row._mapping)
    del values["number"]
    return Job(**{**values, "state": JobState(row.state), "options": json.loads(row.options)})


def _float(value: float | None) -> float | None:
    """None also for what is no number: it was not found out."""
    return None if value is None or not math.isfinite(value) else float(value)


def _pose(pose: Pose | None) -> Pose | None:
    return pose if pose and all(map(math.isfinite, (pose.yaw_deg, pose.pitch_deg, pose.roll_deg))) else None


def _seven(scores: tuple[float, ...]) -> tuple[float, ...]:
    if len(scores) != len(EMOTIONS) or not all(map(math.isfinite, scores)):
        raise ValueError(f"a reading has {len(EMOTIONS)} scores, not {scores}")
    return scores
