"""Where in a face its expression was seen."""

from fer_web.core import FrameResult
from fer_web.vision.explain import heat_face
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen


def _heat(pen: Pen, result: FrameResult) -> None:
    for face in result.faces:
        heat_face(pen.canvas, face)


HEATMAP = Overlay(
    "heatmap", "Heatmap", "A class activation map: which parts of each face led to the dominant emotion.", under=_heat
)
