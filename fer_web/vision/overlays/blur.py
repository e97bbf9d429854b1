"""People whom nobody recognizes."""

from __future__ import annotations

import cv2

from fer_web.core import FrameResult, Pixels, Rect, Size
from fer_web.vision.overlays.overlay import Overlay
from fer_web.vision.pen import Pen

# A blurred face is this many pixels wide and high, with this share of its region around it.
BLUR_PIXELS = 6
BLUR_MARGIN = 0.3
# A blurred picture is so many pixels long: a face as high as the picture would be about ten wide.
PICTURE_PIXELS = 16


def _blur_faces(pen: Pen, result: FrameResult) -> None:
    """Leaves so few pixels of a face, with its chin and forehead, that nobody is recognized by them."""
    regions = [face.region for face in result.faces]
    for region in (*regions, *(result.blur_areas or ())):
        area = region.expanded(BLUR_MARGIN).clipped(pen.size)
        if area is not None:
            _reduce(pen.canvas, area, (BLUR_PIXELS, BLUR_PIXELS))


def _blur_picture(pen: Pen, _: FrameResult) -> None:
    width, height = pen.size
    scale = PICTURE_PIXELS / max(pen.size)
    _reduce(pen.canvas, Rect(0, 0, width, height), (max(1, round(width * scale)), max(1, round(height * scale))))


def _reduce(canvas: Pixels, area: Rect, pixels: Size) -> None:
    ground = canvas[area.top : area.bottom, area.left : area.right]
    few = cv2.resize(ground, pixels, interpolation=cv2.INTER_AREA)
    ground[:] = cv2.resize(few, area.size, interpolation=cv2.INTER_LINEAR)


BLUR = Overlay(
    "blur",
    "Blur faces",
    "Makes faces unrecognizable, and for three seconds the places where one was lost; a face that is not found is not "
    "blurred. The other layers are drawn on top.",
    under=_blur_faces,
    depth=1,
    hides=True,
)
BLUR_PICTURE = Overlay(
    "blur_picture",
    "Blur whole picture",
    "Makes everything unrecognizable, found or not; the other layers are drawn on top.",
    under=_blur_picture,
    depth=2,
    hides=True,
)
