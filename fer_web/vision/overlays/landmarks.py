"""The 68 points."""

from fer_web.core import Face
from fer_web.core.landmarks import OUTLINES
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen
from fer_web.vision.typeface import WHITE


def _mark(pen: Pen, face: Face) -> None:
    if face.landmarks is not None:
        for part, closed in OUTLINES:
            pen.outline(face.landmarks[part], closed, WHITE)


LANDMARKS = Overlay(
    "landmarks",
    "Landmarks",
    "The outlines of jaw, brows, eyes, nose and mouth, from the 68 landmarks.",
    over=_mark,
    depth=3,
)
