"""A camera's mask, painted into its frames before anybody gets them."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from fer_web.core import Frame, FrameResult, Pixels, Size
from fer_web.core.mask import Mask

# A gray that no detector takes for a face, and people for no part of the room.
MASK_GRAY = (96, 96, 96)


def masked_frame(frame: Frame, mask: Mask) -> Frame:
    """The frame with the mask's polygons filled; the very same without a mask."""
    return replace(frame, pixels=masked_pixels(frame.pixels, mask)) if mask else frame


def masked_result(result: FrameResult, mask: Mask) -> FrameResult:
    """A result with a mask that its frame may be older than.

    Then nothing is drawn of its faces, which were found in what is hidden now, but they are blurred as before.
    """
    frame = masked_frame(result.frame, mask)
    if frame is result.frame or np.array_equal(frame.pixels, result.frame.pixels):
        return result
    areas = result.blur_areas
    regions = None if areas is None else (*areas, *(face.region for face in result.faces))
    return replace(result, frame=frame, faces=(), blur_areas=regions)


def masked_pixels(pixels: Pixels, mask: Mask) -> Pixels:
    """A copy in which all that the polygons enclose is gray, their edges too."""
    if not mask:
        return pixels
    import cv2

    painted: Pixels = np.array(pixels, order="C")
    outlines = _outlines(mask, (pixels.shape[1], pixels.shape[0]))
    cv2.drawContours(painted, outlines, -1, MASK_GRAY, cv2.FILLED)
    return painted


@lru_cache(maxsize=64)
def _outlines(mask: Mask, size: Size) -> tuple[Any, ...]:
    """What surrounds everything that the polygons enclose: where one crosses itself, its inside has no holes.

    Edges are three pixels wide, so that no rounding leaves a pixel uncovered.
    """
    import cv2

    width, height = size
    covered = np.zeros((height, width), np.uint8)
    for polygon in mask:
        corners = np.array([(x * (width - 1), y * (height - 1)) for x, y in polygon]).round().astype(np.int32)
        cv2.fillPoly(covered, [corners], 255)
        cv2.polylines(covered, [corners], True, 255, thickness=3)
    return tuple(cv2.findContours(covered, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0])
