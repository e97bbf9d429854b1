"""Pictures of people who walk about, put together from a portrait."""

from __future__ import annotations

import numpy as np

from fer_web.core import Pixels

FPS = 30
SIZE = (640, 480)
FACE_PX = 120


def scene(*people: tuple[Pixels, int, int]) -> Pixels:
    """A gray room with people at (left, top); the later ones stand in front."""
    room = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    for pixels, left, top in people:
        start, end = max(left, 0), min(left + pixels.shape[1], SIZE[0])
        bottom = min(top + pixels.shape[0], SIZE[1])
        if start < end:
            room[top:bottom, start:end] = pixels[: bottom - top, start - left : end - left]
    return room
