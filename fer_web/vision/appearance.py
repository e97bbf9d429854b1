"""How alike two pictures of a face are: to notice a lost face, and to know somebody again after a crossing.

Nothing here identifies a person: gray crops and coarse colors are compared within half a minute and then
forgotten.
"""

from __future__ import annotations

from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Pixels, Rect

Look: TypeAlias = NDArray[np.float32]  # (64,) share of each coarse color; sums to 1

_LOOK_SIZE = (32, 48)


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Normalized cross-correlation of two gray chips of one size, -1 to 1: about 0.9 for one face a moment later."""
    a, b = one.astype(np.float32), other.astype(np.float32)
    a, b = a - a.mean(), b - b.mean()
    power = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / power if power > 0 else 0.0


def look_of(pixels: Pixels, rect: Rect) -> Look | None:
    """The colors of a face with its hair and collar; None when it lies outside of the picture."""
    size = (pixels.shape[1], pixels.shape[0])
    wide = rect.expanded(0.25)
    area = Rect(wide.left, wide.top, wide.right, wide.bottom + rect.height // 2).clipped(size)
    if area is None:
        return None
    patch = cv2.resize(pixels[area.top : area.bottom, area.left : area.right], _LOOK_SIZE, interpolation=cv2.INTER_AREA)
    levels = (patch >> 6).astype(np.int64)
    codes = (levels[..., 0] << 4) | (levels[..., 1] << 2) | levels[..., 2]
    counts = np.bincount(codes.ravel(), minlength=64).astype(np.float32)
    return np.asarray(counts / counts.sum(), np.float32)


def shared_colors(one: Look, other: Look) -> float:
    """Histogram intersection, 0 to 1 (Swain and Ballard 1991, "Color Indexing")."""
    return float(np.minimum(one, other).sum())
