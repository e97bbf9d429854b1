"""Where the faces are."""

from fer_web.core import Face
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen, color_of


def _mark(pen: Pen, face: Face) -> None:
    draw_box = pen.dashed_rect if face.uncertain else pen.outlined_rect
    draw_box(face.region, color_of(face))


BOXES = Overlay(
    "boxes",
    "Boxes",
    "A box around each face in the color of its dominant emotion; dashed and gray when that is uncertain.",
    over=_mark,
    is_default=True,
)
