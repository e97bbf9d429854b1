"""The 15 points."""

from fer_web.core import Face
from fer_web.core import keypoints as points
from fer_web.core.palette import Color
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen

# Told from the landmarks by color and by being dots.
COLOR: Color = (170, 255, 60)


def _mark(pen: Pen, face: Face) -> None:
    if face.keypoints is not None:
        for part, closed in points.OUTLINES:
            pen.outline(face.keypoints[list(part)], closed, COLOR)
        pen.dots(face.keypoints, COLOR)


KEYPOINTS = Overlay(
    "keypoints",
    "Keypoints",
    "The 15 keypoints, from a separate network that runs only while they are shown.",
    over=_mark,
    depth=1,
    needs_keypoints=True,
)
