"""What a result looks like as JSON: the public contract of `POST /predict`, used by `/events` too."""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from typing import Any

from PIL import Image

from fer_web.core import Blink, Face, FrameResult, Points
from fer_web.core.keypoints import NAMES
from fer_web.core.measures import in_group
from fer_web.core.readings import FACE_MEASURES
from fer_web.registry import ModelCard
from fer_web.vision import heated_chip

Json = dict[str, Any]


def result_json(
    result: FrameResult, card: ModelCard, *, landmarks: bool = False, keypoints: bool = False, explain: bool = False
) -> Json:
    """One picture's answer: its faces in the order of `result`, its size, the model, the milliseconds of each step."""
    width, height = result.frame.size
    return {
        "results": [
            face_json(place, face, landmarks=landmarks, keypoints=keypoints, explain=explain)
            for place, face in enumerate(result.faces)
        ],
        "image": {"width": width, "height": height},
        "model": {"name": card.name, "version": card.version},
        "timing_ms": timing_json(result),
    }


def face_json(
    face_id: int, face: Face, *, landmarks: bool = False, keypoints: bool = False, explain: bool = False
) -> Json:
    """One face of the contract; what no step has found out is null."""
    answer: Json = {
        "face_id": face_id,
        "region": {"x": face.region.left, "y": face.region.top, "w": face.region.width, "h": face.region.height},
        "face_confidence": round(float(face.face_confidence), 4),
        "dominant_emotion": None if face.dominant_emotion is None else face.dominant_emotion.value,
        "emotions": group_json(face, "emotions"),
        "uncertain": face.uncertain,
        "eyes": group_json(face, "eyes"),
        "quality": group_json(face, "quality"),
        "pose": group_json(face, "pose"),
    }
    if landmarks:
        answer["landmarks"] = None if face.landmarks is None else _coordinates(face.landmarks)
    if keypoints:
        points = None if face.keypoints is None else _coordinates(face.keypoints)
        answer["keypoints"] = None if points is None else dict(zip(NAMES, points, strict=True))
    if explain:
        answer["heatmap"] = heatmap_uri(face)
    return answer


def _coordinates(points: Points) -> list[list[float]]:
    return [[round(float(x), 1), round(float(y), 1)] for x, y in points]


def heatmap_uri(face: Face) -> str | None:
    """The crop that the network saw with what it looked at, as a PNG in a data URI; null without a map."""
    pixels = heated_chip(face)
    if pixels is None:
        return None
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def live_face_json(face_id: int, face: Face, *, landmarks: bool = False) -> Json:
    """A face of the live picture: the contract's, with its track and blinks."""
    return {**face_json(face_id, face, landmarks=landmarks), "track_id": face.track_id, "blink": blink_json(face.blink)}


def blink_json(blink: Blink | None) -> Json | None:
    """How often somebody has blinked, when last, and for how long; null where eyes are not watched."""
    if blink is None:
        return None
    return {
        "count": blink.count,
        "last_time_s": _rounded(blink.last_time_s, 3),
        "last_duration_s": _rounded(blink.last_duration_s, 3),
    }


def timing_json(result: FrameResult) -> dict[str, float]:
    """Milliseconds by step; `total` is their sum unless it was measured."""
    timings = dict(result.timing_ms)
    timings.setdefault("total", sum(timings.values()))
    return {step: round(spent_ms, 2) for step, spent_ms in timings.items()}


def group_json(face: Face, group: str) -> Json | None:
    """The measures of one object; null when none of them was found out."""
    values = {measure.key: measure.rounded(measure.of(face)) for measure in in_group(FACE_MEASURES, group)}
    return None if all(value is None for value in values.values()) else values


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
