"""What the service answers, as values: those that `analyze_image` and `analyze_video` answer, where there are some."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fer_web.analysis.results import FaceResult, ImageResult
from fer_web.core import Emotion, Marker, Recording, Rect
from fer_web.core.person_events import PERSON_EVENTS, PersonEvent
from fer_web.core.readings import FACE_MEASURES


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveFace(FaceResult):
    """A face of the live picture; the same person keeps the same `track_id`, and has blinked `blink_count` times."""

    track_id: int | None
    blink_count: int | None


@dataclass(frozen=True, slots=True)
class LiveFrame:
    """An analyzed frame: its time by the camera's clock, its size in pixels, and who was in it."""

    time_s: float
    width: int
    height: int
    faces: tuple[LiveFace, ...]


@dataclass(frozen=True, slots=True)
class ListedRecording:
    """A recording of the service. `kind` is camera, visit, practice or video; `state` recording, ending, finished, …"""

    id: str
    kind: str
    state: str
    recording: Recording


def image_result(answer: dict[str, Any]) -> ImageResult:
    """Of /predict."""
    size, model = answer["image"], answer["model"]
    faces = tuple(FaceResult(**_face(face)) for face in answer["results"])
    return ImageResult(faces, size["width"], size["height"], f"{model['name']} {model['version']}")


def live_frame(event: dict[str, Any]) -> LiveFrame:
    """Of an event without a name."""
    size = event["image"]
    return LiveFrame(event["time_s"], size["width"], size["height"], tuple(map(_live_face, event["results"])))


def person_event(event: dict[str, Any]) -> PersonEvent:
    """Of an event named person."""
    kind = PERSON_EVENTS[event["event"]]
    return kind(**{fact.name: _fact(event[fact.name], fact.kind) for fact in kind.facts()})


def listed_recordings(answer: dict[str, Any]) -> tuple[ListedRecording, ...]:
    """Of /api/recordings."""
    return tuple(map(listed_recording, answer["recordings"]))


def listed_recording(answer: dict[str, Any]) -> ListedRecording:
    """Of /api/recordings/{recording}, with its newest markers only."""
    size = answer["image"]
    recording = Recording(
        name=answer["name"],
        source=answer["source"],
        started_at=datetime.fromisoformat(_plain_zone(answer["started_at"])),
        duration_s=answer["duration_s"],
        fps=answer["fps"],
        width=size["width"],
        height=size["height"],
        model=answer["model"],
        markers=tuple(Marker(one["time_s"], one["text"]) for one in answer["newest_markers"]),
        trouble=answer["trouble"],
    )
    return ListedRecording(answer["id"], answer["kind"], answer["state"], recording)


def _face(face: dict[str, Any]) -> dict[str, Any]:
    region = face["region"]
    rect = Rect(region["x"], region["y"], region["x"] + region["w"], region["y"] + region["h"])
    groups = {measure.group: (face.get(measure.group) or {}) if measure.group else face for measure in FACE_MEASURES}
    measured: dict[str, Any] = {measure.name: groups[measure.group].get(measure.key) for measure in FACE_MEASURES}
    return {"region": rect, "face_confidence": face["face_confidence"], **measured}


def _live_face(face: dict[str, Any]) -> LiveFace:
    blink = face["blink"]
    return LiveFace(**_face(face), track_id=face["track_id"], blink_count=None if blink is None else blink["count"])


def _fact(value: Any, kind: type) -> Any:
    if value is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(_plain_zone(value))
    return Emotion(value) if kind is Emotion else kind(value)


def _plain_zone(moment: str) -> str:
    """As Python 3.10 reads it, too."""
    return moment[:-1] + "+00:00" if moment.endswith("Z") else moment
