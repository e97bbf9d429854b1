"""Faces that nobody recognizes."""

import cv2

from fer_web.core import Face
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen

# A blurred face is this many pixels wide and high, with this share of its region around it.
BLUR_PIXELS = 6
BLUR_MARGIN = 0.3


def _blur(pen: Pen, face: Face) -> None:
    """Leaves so few pixels of a face, with its chin and forehead, that nobody is recognized by them."""
    area = face.region.expanded(BLUR_MARGIN).clipped((pen.canvas.shape[1], pen.canvas.shape[0]))
    if area is not None:
        ground = pen.canvas[area.top : area.bottom, area.left : area.right]
        few = cv2.resize(ground, (BLUR_PIXELS, BLUR_PIXELS), interpolation=cv2.INTER_AREA)
        ground[:] = cv2.resize(few, area.size, interpolation=cv2.INTER_LINEAR)


BLUR = Overlay(
    "blur", "Blur faces", "Makes faces unrecognizable; the other layers are drawn on top.", under=_blur, depth=1
)
