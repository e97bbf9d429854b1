"""What recordings look like as JSON, while they run and when they are kept."""

from __future__ import annotations

from datetime import datetime

from fer_web.analysis.present import Json
from fer_web.live import ActiveRecording
from fer_web.store import StoredRecording

NEWEST_MARKERS = 5


def recording_json(running: ActiveRecording) -> Json:
    """How a recording is doing; `newest_markers` are its last five."""
    progress = running.recorder.progress
    newest = progress.markers[-NEWEST_MARKERS:]
    return {
        "id": running.id,
        "name": running.plan.name,
        "source": "live" if running.visit is None else "visit",
        "state": progress.status,
        "started_at": moment(running.plan.started_at),
        "elapsed_s": round(progress.facts.duration_s, 1),
        "fps": round(progress.facts.fps, 1),
        "people": progress.people,
        "readings": progress.readings,
        "markers": len(progress.markers),
        "newest_markers": [{"time_s": marker.time_s, "text": marker.text} for marker in newest],
        "trouble": progress.trouble,
    }


def session_json(stored: StoredRecording) -> Json:
    """A recording that is kept; `readings`, `people` and `markers` are how many there are."""
    recording = stored.recording
    return {
        "id": stored.id,
        "kind": str(stored.kind),
        "state": str(stored.state),
        "name": recording.name,
        "source": recording.source,
        "started_at": moment(recording.started_at),
        "duration_s": round(recording.duration_s, 3),
        "fps": round(recording.fps, 2),
        "image": {"width": recording.width, "height": recording.height},
        "model": recording.model,
        "consent": stored.consent,
        "people": stored.people,
        "readings": stored.readings,
        "markers": len(recording.markers),
        "trouble": recording.trouble,
        "expires_at": None if stored.expires_at is None else moment(stored.expires_at),
    }


def moment(when: datetime) -> str:
    """In ISO 8601, with its time zone, to the second."""
    return when.isoformat(timespec="seconds")
