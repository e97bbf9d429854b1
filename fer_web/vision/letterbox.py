"""A picture in a frame of another shape, as players show it."""

from __future__ import annotations

import cv2
import numpy as np

from fer_web.core import Pixels, Size


def letterboxed(pixels: Pixels, size: Size) -> Pixels:
    """(H, W, 3) as large as fits into `size`, in its middle, black around; the same pixels when they have that size."""
    height, width = pixels.shape[:2]
    if (width, height) == size:
        return pixels
    scale = min(size[0] / width, size[1] / height)
    fitted = max(1, min(size[0], round(width * scale))), max(1, min(size[1], round(height * scale)))
    left, top = (size[0] - fitted[0]) // 2, (size[1] - fitted[1]) // 2
    canvas = np.zeros((size[1], size[0], 3), np.uint8)
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    canvas[top : top + fitted[1], left : left + fitted[0]] = cv2.resize(pixels, fitted, interpolation=way)
    return canvas
