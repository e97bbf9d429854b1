"""What a result looks like as JSON: the public contract of `POST /predict`, used by `/events` too."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

from numpy.typing import NDArray
from PIL import Image

from fer_web.core import Blink, Face, FrameResult, Pixels
from fer_web.core.keypoints import NAMES as KEYPOINTS
from fer_web.core.measures import Measure, in_group
from fer_web.core.movements import NAMES as MOVEMENTS
from fer_web.core.readings import FACE_MEASURES
from fer_web.core.readings import MEASURES as LIVE_MEASURES
from fer_web.registry import ModelCard
from fer_web.vision import contrasted_chip, heated_chip

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """What an answer holds beyond its measures; `landmarks` are the 68 points, or the mesh's 478."""

    landmarks: bool | Literal["mesh"] = False
    keypoints: bool = False
    movements: bool = False
    explain: bool = False


NOTHING_MORE = Shown()


def result_json(result: FrameResult, card: ModelCard, shown: Shown = NOTHING_MORE) -> Json:
    """One picture's answer: its faces in the order of `result`, its size, the model, the milliseconds of each step."""
    width, height = result.frame.size
    return {
        "results": [face_json(place, face, shown) for place, face in enumerate(result.faces)],
        "image": {"width": width, "height": height},
        "model": {"name": card.name, "version": card.version},
        "timing_ms": timing_json(result),
    }


def face_json(face_id: int, face: Face, shown: Shown = NOTHING_MORE) -> Json:
    """One face of the contract; what no step has found out is null."""
    answer: Json = {
        "face_id": face_id,
        "region": {"x": face.region.left, "y": face.region.top, "w": face.region.width, "h": face.region.height},
        "face_confidence": round(float(face.face_confidence), 4),
        "dominant_emotion": None if face.dominant_emotion is None else face.dominant_emotion.value,
        "emotions": group_json(face, "emotions"),
        "uncertain": face.uncertain,
        "uncertain_because": face.uncertain_because,
        **{group: group_json(face, group) for group in ("eyes", "quality", "pose", "gaze", "moves")},
    }
    if shown.landmarks == "mesh":
        answer["mesh"] = _coordinates(face.mesh)
    elif shown.landmarks:
        answer["landmarks"] = _coordinates(face.landmarks)
    if shown.keypoints:
        points = _coordinates(face.keypoints)
        answer["keypoints"] = None if points is None else dict(zip(KEYPOINTS, points, strict=True))
    if shown.movements:
        answer["movements"] = _movements_json(face)
    if shown.explain:
        answer["heatmap"] = heatmap_uri(face)
    return answer


def _coordinates(points: NDArray[Any] | None) -> list[list[float]] | None:
    return None if points is None else [[round(float(part), 1) for part in point] for point in points]


def _movements_json(face: Face) -> Json | None:
    if face.movements is None:
        return None
    return {name: round(float(value), 4) for name, value in zip(MOVEMENTS, face.movements, strict=True)}


def heatmap_uri(face: Face) -> str | None:
    """The crop that the network saw with what it looked at, as a PNG in a data URI; null without a map."""
    return _png_uri(heated_chip(face))


def difference_uri(face: Face, other: Face) -> str | None:
    """The same crop with the difference of what two networks looked at, likewise; null without a map of each."""
    return _png_uri(contrasted_chip(face, other))


def _png_uri(pixels: Pixels | None) -> str | None:
    if pixels is None:
        return None
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return f"data:image/png;base64,{b64encode(file.getvalue()).decode()}"


def live_face_json(face_id: int, face: Face, *, landmarks: bool = False) -> Json:
    """A face of the live picture: the contract's, with its track, blinks, nods, shakes and place in the picture."""
    more = {"blink": blink_json(face.blink), "head": group_json(face, "head", LIVE_MEASURES)}
    return {**face_json(face_id, face, Shown(landmarks=landmarks)), "track_id": face.track_id, **more}


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


def group_json(face: Face, group: str, measures: tuple[Measure, ...] = FACE_MEASURES) -> Json | None:
    """The measures of one object; null when none of them was found out."""
    values = {measure.key: measure.rounded(measure.of(face)) for measure in in_group(measures, group)}
    return None if all(value is None for value in values.values()) else values


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)
