"""Values as rows and rows as values; numpy's numbers become Python's, which every database knows."""

from __future__ import annotations

import json
import math
from typing import Any

from sqlalchemy import Row

from fer_web.core import Emotion, Job, JobState, Reading
from fer_web.core.readings import MEASURES


def clean(text: str) -> str:
    """Without what no database takes: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def reading_values(reading: Reading) -> dict[str, Any]:
    """A reading's columns of `readings`; ValueError for scores that are not numbers."""
    if not all(map(math.isfinite, reading.scores)):
        raise ValueError(f"a reading has {len(Emotion)} scores, not {reading.scores}")
    return {measure.name: measure.cleaned(getattr(reading, measure.name)) for measure in MEASURES}


def stored_reading(row: Row[Any]) -> Reading:
    """The reading that a row of `readings` was made from."""
    return Reading(**{measure.name: getattr(row, measure.name) for measure in MEASURES})


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
        "recording_id": job.recording_id,
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
        "heartbeat_at": job.heartbeat_at,
        "worker": job.worker,
        "attempts": job.attempts,
        "owner": job.owner,
    }


def job_of(row: Row[Any]) -> Job:
    """The job that a row of `jobs` tells of."""
    values = dict(row._mapping)
    del values["number"]
    return Job(**{**values, "state": JobState(row.state), "options": json.loads(row.options)})


def _float(value: float | None) -> float | None:
    """None also for what is no number: it was not found out."""
    return None if value is None or not math.isfinite(value) else float(value)
