"""The eyes, and how often they have blinked."""

from fer_web.core import Emotion, Face
from fer_web.core.landmarks import LEFT_EYE, RIGHT_EYE
from fer_web.core.palette import EMOTION_COLORS
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen

OPEN, SHUT = EMOTION_COLORS[Emotion.SURPRISE], EMOTION_COLORS[Emotion.ANGRY]


def _mark(pen: Pen, face: Face) -> None:
    if face.landmarks is not None:
        is_shut = face.blink is not None and face.blink.is_open is False
        for part in (RIGHT_EYE, LEFT_EYE):
            pen.outline(face.landmarks[part], True, SHUT if is_shut else OPEN)


def _count(face: Face) -> str | None:
    if face.blink is None or face.track_id is None:
        return None
    return f"{face.blink.count} blink{'' if face.blink.count == 1 else 's'}"


BLINKS = Overlay(
    "blinks",
    "Blinks",
    "The outlines of the eyes, in another color while they are shut, and each person's blink count.",
    over=_mark,
    depth=2,
    line=_count,
)
