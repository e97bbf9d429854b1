"""Histograms of oriented gradients, for many pictures at once.

Dalal and Triggs 2005, "Histograms of Oriented Gradients for Human Detection". The values are those of
`skimage.feature.hog` with `block_norm="L2-Hys"` (a test compares them), which takes 30 ms for a picture's windows.
Pixels are whole numbers, so a gradient is one of 511 x 511: its length and its orientation's bin are looked up.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]
Features = NDArray[np.float32]

EPSILON = 1e-5  # keeps a block without gradients from being divided by zero, as in scikit-image
CLIP = 0.2  # the 'Hys' of L2-Hys: no value of a block counts for more (Lowe 2004)
AT_ONCE = 256  # pictures in memory at a time
WINDOW_PX, STEP_PX = 24, 6


@dataclass(frozen=True)
class Hog:
    """`orientations` bins over 180 degrees, cells of `cell_px` squared, blocks of `block` squared at every cell."""

    orientations: int = 8
    cell_px: int = 16
    block: int = 1

    def values(self, height: int, width: int) -> int:
        """How many values a picture of this size has; 0 when it is smaller than a block."""
        down, across = (side // self.cell_px - self.block + 1 for side in (height, width))
        return max(down, 0) * max(across, 0) * self.block**2 * self.orientations

    def __call__(self, pictures: Pictures) -> Features:
        """(n, values) of pictures (n, height, width)."""
        parts = [self._some(pictures[start : start + AT_ONCE]) for start in range(0, len(pictures), AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros((0, self.values(*pictures.shape[1:])), np.float32)

    def _some(self, pictures: Pictures) -> Features:
        cells = self._cells(pictures)
        count, down, across = cells.shape[:3]
        wide = np.lib.stride_tricks.sliding_window_view(cells, (self.block, self.block), axis=(1, 2))
        blocks = wide.transpose(0, 1, 2, 4, 5, 3).reshape(count, down - self.block + 1, across - self.block + 1, -1)
        return _l2_hys(blocks).reshape(count, -1).astype(np.float32)

    def _cells(self, pictures: Pictures) -> NDArray[np.float64]:
        """Each cell's histogram (n, down, across, orientations): the mean gradient length of its pixels, by bin."""
        lengths, bins = _gradients(pictures, self.orientations)
        count, height, width = pictures.shape
        down, across = height // self.cell_px, width // self.cell_px
        rows = np.minimum(np.arange(down * self.cell_px) // self.cell_px, down)
        cell = (rows[:, np.newaxis] * across + np.arange(across * self.cell_px) // self.cell_px) * self.orientations
        inside = np.s_[:, : down * self.cell_px, : across * self.cell_px]
        total = down * across * self.orientations
        places = bins[inside] + cell + (np.arange(count) * total)[:, np.newaxis, np.newaxis]
        sums = np.bincount(places.ravel(), lengths[inside].ravel(), count * total)
        return (sums / self.cell_px**2).reshape(count, down, across, self.orientations)


ORIGINAL = Hog()  # 3 x 3 cells of 8 orientations: 72 values of a 48 x 48 picture
WINDOW = Hog(cell_px=8)


def sliding_hog(pictures: Pictures) -> Features:
    """The 2,592 values of sliding windows over pictures (n, 48, 48).

    Windows of 24 x 24 start at every multiple of 6 below 48, down and across; those that begin beyond 24 are cut off
    by the picture's edge. Along one axis the starts 0, 6, 12, 18, 24 leave 24 pixels, which are 3 cells of 8; 30
    leaves 18, which hold 2; 36 leaves 12, which hold 1; and 42 leaves 6, which hold none, so that those windows add
    nothing. That makes 5 * 3 + 2 + 1 = 18 cells along an axis and 18 * 18 * 8 orientations = 2,592.
    Gradients are each window's own: zero across its border.
    """
    parts = [WINDOW(np.ascontiguousarray(window)) for window in windows(pictures)]
    return np.concatenate(parts, axis=1)


def hog_images(pictures: Pictures) -> Features:
    """(n, height, width) 0 to 255: every cell's orientations as lines, the stronger the brighter, by scikit-image."""
    from skimage.feature import hog

    cell = (ORIGINAL.cell_px, ORIGINAL.cell_px)
    out = np.zeros(pictures.shape, dtype=np.float32)
    for index, picture in enumerate(pictures):
        _, image = hog(picture, ORIGINAL.orientations, cell, (ORIGINAL.block,) * 2, visualize=True)
        out[index] = 255 * image / max(float(image.max()), EPSILON)
    return out


def windows(pictures: Pictures) -> Iterator[Pictures]:
    """Views (n, up to 24, up to 24) of the windows that hold at least one cell, row by row."""
    height, width = pictures.shape[1:]
    for top in range(0, height - WINDOW.cell_px + 1, STEP_PX):
        for left in range(0, width - WINDOW.cell_px + 1, STEP_PX):
            yield pictures[:, top : top + WINDOW_PX, left : left + WINDOW_PX]


def _gradients(pictures: Pictures, orientations: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Length and orientation's bin of every pixel's central difference, which is 0 across the border."""
    signed = pictures.astype(np.int16)
    down, across = np.zeros_like(signed), np.zeros_like(signed)
    down[:, 1:-1] = signed[:, 2:] - signed[:, :-2]
    across[:, :, 1:-1] = signed[:, :, 2:] - signed[:, :, :-2]
    lengths, bins = _lookup(orientations)
    places = (down.astype(np.int64) + 255) * 511 + across + 255
    return lengths[places], bins[places]


@lru_cache(maxsize=4)
def _lookup(orientations: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Both for all differences from -255 to 255, down and across, as scikit-image calculates them."""
    difference = np.arange(-255, 256, dtype=np.float64)
    down, across = difference[:, np.newaxis], difference[np.newaxis]
    degrees = np.rad2deg(np.arctan2(down, across)) % 180
    edges = 180.0 / orientations * np.arange(1, orientations)
    return np.hypot(down, across).ravel(), np.searchsorted(edges, degrees.ravel(), side="right")


def _l2_hys(blocks: NDArray[np.float64]) -> NDArray[np.float64]:
    """Blocks of unit length, whose large values are then cut off."""
    clipped = np.minimum(_unit(blocks), CLIP)
    return _unit(clipped)


def _unit(blocks: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = (blocks**2).sum(axis=-1, keepdims=True)
    return np.asarray(blocks / np.sqrt(squares + EPSILON**2), dtype=np.float64)
