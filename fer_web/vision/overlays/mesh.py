"""The mesh's lines."""

from fer_web.core import Face
from fer_web.core.mesh import LINES
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen

COLOR = (120, 220, 255)


def _mark(pen: Pen, face: Face) -> None:
    if face.mesh is not None:
        pen.fine_lines([(face.mesh[line, :2], closed) for line, closed in LINES], COLOR)


MESH = Overlay(
    "mesh",
    "Mesh",
    "Fine lines along eyes, irises, brows, nose, lips and outline, from the 478 points of the mesh.",
    over=_mark,
    depth=4,
)
