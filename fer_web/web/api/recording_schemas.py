"""What recordings look like as JSON, while they run and when they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from fer_web.analysis.present import Json
from fer_web.core import Marker
from fer_web.fleet import SharedRecording
from fer_web.live import ActiveRecording
from fer_web.store import StoredRecording
from fer_web.web.api.models.recordings import ActiveRecordingJson, RecordingJson
from fer_web.web.http.asking import Asker
from fer_web.web.http.services import Services

NEWEST_MARKERS = 5
# How long stopping waits until the last readings are written, before it answers that they are not yet.
STOP_S = 5.0


def active_json(active: ActiveRecording, asker: Asker) -> ActiveRecordingJson:
    """How a recording that runs is doing, in the same words as one that is kept; of another's, only that it runs."""
    return _as_seen(_active_json(active), active.plan.owner, asker)


def _as_seen(told: ActiveRecordingJson, owner: str | None, asker: Asker) -> ActiveRecordingJson:
    if asker.sees(owner):
        return told
    return told.model_copy(update=_untold())


def recording_now(mine: Services, camera: str, asker: Asker) -> ActiveRecordingJson | None:
    """What is being recorded of a camera, here or in the process that has it; None for nothing."""
    shared = mine.shared.get(camera)
    if shared is not None:
        told = None if shared.newest is None else shared.newest.recording
        return None if told is None else _as_seen(_told_json(told, camera), told.owner, asker)
    running = mine.recordings.of_camera(camera)
    return None if running is None else active_json(running, asker)


def shared_recording(active: ActiveRecording) -> SharedRecording:
    """What processes that only show the camera know of its recording."""
    told = _active_json(active)
    return SharedRecording(
        active.plan.owner,
        told.id,
        told.state,
        told.name,
        told.started_at,
        told.duration_s,
        told.fps,
        told.tracks,
        told.readings,
        told.markers,
        tuple((marker.time_s, marker.text) for marker in told.newest_markers),
        told.trouble,
    )


def _told_json(told: SharedRecording, camera: str) -> ActiveRecordingJson:
    markers = [{"time_s": time_s, "text": text} for time_s, text in told.newest_markers]
    known = {**asdict(told), "newest_markers": markers, "kind": "camera", "camera": camera, "own": True}
    del known["owner"]
    return ActiveRecordingJson.model_validate(known)


def _untold() -> Json:
    """What is said in place of all that only those know whose recording it is."""
    return {"name": "Recording", "tracks": 0, "readings": 0, **_markers(()), "trouble": None, "own": False}


def _active_json(active: ActiveRecording) -> ActiveRecordingJson:
    progress = active.recorder.progress
    return ActiveRecordingJson.model_validate(
        {
            "id": active.id,
            "kind": active.plan.kind,
            "camera": active.plan.camera,
            "state": progress.status,
            "name": active.plan.name,
            "started_at": moment(active.plan.started_at),
            "duration_s": round(progress.facts.duration_s, 3),
            "fps": round(progress.facts.fps, 2),
            "tracks": progress.people,
            "readings": progress.readings,
            **_markers(progress.markers),
            "trouble": progress.trouble,
            "own": True,
        }
    )


def stored_json(stored: StoredRecording, active: ActiveRecording | None = None) -> RecordingJson:
    """A recording that is kept; `active` is how it is doing where it still runs.

    `readings`, `tracks` and `markers` are how many there are, `newest_markers` the last five.
    """
    recording = stored.recording
    kept = {
        "id": stored.id,
        "kind": str(stored.kind),
        "camera": None,
        "state": str(stored.state),
        "name": recording.name,
        "source": recording.source,
        "started_at": moment(recording.started_at),
        "created_at": moment(stored.created_at),
        "duration_s": round(recording.duration_s, 3),
        "fps": round(recording.fps, 2),
        "image": {"width": recording.width, "height": recording.height},
        "model": recording.model,
        "consent": stored.consent,
        "tracks": stored.people,
        "readings": stored.readings,
        **_markers(recording.markers),
        "trouble": recording.trouble,
        "expires_at": None if stored.expires_at is None else moment(stored.expires_at),
        "deleted_at": None if stored.deleted_at is None else moment(stored.deleted_at),
        "shared": stored.share is not None,
    }
    running = {} if active is None else {**_active_json(active).model_dump(exclude={"own"}), "name": recording.name}
    return RecordingJson.model_validate({**kept, **running})


def _markers(markers: Sequence[Marker]) -> Json:
    newest = [{"time_s": marker.time_s, "text": marker.text} for marker in markers[-NEWEST_MARKERS:]]
    return {"markers": len(markers), "newest_markers": newest}


def moment(when: datetime) -> str:
    """In ISO 8601, with its time zone, to the second."""
    return when.isoformat(timespec="seconds")
