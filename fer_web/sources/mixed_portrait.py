"""The demo's portrait with a mixed expression: the smile narrowed and lowered, the brows raised in the middle.

Made for teaching, because networks disagree about it: nobody has made this face.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from fer_web.core import Pixels
from fer_web.sources.demo_portrait import HEAD, ZOOM, portrait

# What is pulled: its place in the portrait, how far it moves, right and down, and how wide a surrounding follows; in
# the portrait's pixels. Chosen among random pulls for two published networks that are both sure of different answers
# (tests/analysis/test_example.py).
_PULLS = (
    ((203.0, 139.0), (5.3, 8.1), 16.0),  # corners of the mouth
    ((244.0, 141.0), (-5.3, 8.1), 16.0),
    ((223.0, 143.0), (0.0, -5.1), 13.0),  # middle of the upper lip
    ((215.0, 90.0), (0.0, -5.5), 10.0),  # inner ends of the brows
    ((236.0, 90.0), (0.0, -5.5), 10.0),
    ((203.0, 97.5), (0.0, -0.1), 7.0),  # upper lids
    ((247.5, 100.0), (0.0, -0.1), 7.0),
)
_AROUND = 24  # pixels of the portrait left around the head


def smiling_head() -> Pixels:
    """The head of the portrait as it was taken, enlarged, RGB."""
    return _head(portrait())


@cache
def mixed_head() -> Pixels:
    """The same with the pulls."""
    import cv2

    pixels = portrait()
    height, width = pixels.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width].astype(np.float32)
    from_x, from_y = xs.copy(), ys.copy()
    for (x, y), (right, down), reach in _PULLS:
        share = np.exp(-((xs - x) ** 2 + (ys - y) ** 2) / reach**2, dtype=np.float32)
        from_x -= np.float32(right) * share
        from_y -= np.float32(down) * share
    return _head(np.asarray(cv2.remap(pixels, from_x, from_y, cv2.INTER_CUBIC), np.uint8))


def _head(pixels: Pixels) -> Pixels:
    import cv2

    left, top, right, bottom = HEAD
    part = pixels[max(0, top - _AROUND) : bottom + _AROUND, left - _AROUND : right + _AROUND]
    return np.asarray(cv2.resize(part, None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC), np.uint8)
