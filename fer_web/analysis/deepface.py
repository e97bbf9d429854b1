"""An image's faces in the words of deepface's server, for programs that were written for it.

https://github.com/serengil/deepface: emotions are percent, a region holds the eyes, and where no face is found the
whole image may be answered instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fer_web.core import Emotion, Face, FrameResult, Points, Size

if TYPE_CHECKING:
    from fer_web.vision import Analyzer

Json = dict[str, Any]


def faces_or_whole(vision: Analyzer, result: FrameResult) -> tuple[Face, ...]:
    """The faces of a result; without any, the whole image as one of confidence 0."""
    return result.faces or (vision.whole(result.frame),)


def deepface_json(face: Face, size: Size) -> Json:
    """A classified face of an image of `size`. Its region is the part that lies in the image, so that it can cut it."""
    scores = [] if face.scores is None else face.scores.tolist()
    return {
        "emotion": {emotion.value: round(100 * score, 4) for emotion, score in zip(Emotion, scores, strict=False)},
        "dominant_emotion": None if face.dominant_emotion is None else face.dominant_emotion.value,
        "region": _region_json(face, size),
        "face_confidence": round(float(face.face_confidence), 4),
    }


def _region_json(face: Face, size: Size) -> Json:
    region = face.region.clipped(size) or face.region
    right_eye, left_eye, *_ = _pixels_of(face.middles) or (None, None)
    whole = {"x": region.left, "y": region.top, "w": region.width, "h": region.height}
    return {**whole, "left_eye": left_eye, "right_eye": right_eye}


def _pixels_of(points: Points | None) -> list[list[int]] | None:
    return None if points is None else [[round(float(part)) for part in point] for point in points]
