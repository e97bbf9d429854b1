"""Where the eyes look."""

import math

import numpy as np

from fer_web.core import Emotion, Face
from fer_web.core.mesh import LEFT_IRIS, RIGHT_IRIS
from fer_web.core.palette import EMOTION_COLORS, Color
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen
from fer_web.vision.typeface import WHITE

AT_CAMERA: Color = EMOTION_COLORS[Emotion.SURPRISE]
ASIDE: Color = WHITE
# An arrow across the line of sight is so many eye distances long.
LENGTH = 1.2


def _mark(pen: Pen, face: Face) -> None:
    if face.gaze is None or face.mesh is None:
        return
    right, left = face.mesh[RIGHT_IRIS.start, :2], face.mesh[LEFT_IRIS.start, :2]
    length = LENGTH * math.dist(right.tolist(), left.tolist())
    yaw, pitch = math.radians(face.gaze.yaw_deg), math.radians(face.gaze.pitch_deg)
    way = length * np.array([math.sin(yaw) * math.cos(pitch), -math.sin(pitch)])
    for eye in (right, left):
        pen.arrow(eye, eye + way, AT_CAMERA if face.gaze.looks_at_camera else ASIDE)


GAZE = Overlay(
    "gaze",
    "Gaze",
    "An arrow from each eye to where it looks, in another color while that is the camera.",
    over=_mark,
    depth=0,
)
