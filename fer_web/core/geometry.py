"""Rectangles and points, in pixels; the origin is the top left corner of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Points: TypeAlias = NDArray[np.float32]  # (n, 2): x, y
Pixels: TypeAlias = NDArray[np.uint8]  # (height, width, 3) RGB
Size: TypeAlias = tuple[int, int]  # width, height


@dataclass(frozen=True, slots=True)
class Rect:
    """A half-open rectangle: `left` and `top` belong to it, `right` and `bottom` do not.

    ValueError when it is empty or turned inside out.
    """

    left: int
    top: int
    right: int
    bottom: int

    def __post_init__(self) -> None:
        if self.right <= self.left or self.bottom <= self.top:
            raise ValueError(f"a rectangle needs a positive width and height, not {self}")

    @classmethod
    def around(cls, points: NDArray[Any]) -> Rect:
        """The smallest rectangle that holds `points` (n, 2)."""
        left, top = np.floor(points.min(axis=0)).astype(int)
        right, bottom = np.floor(points.max(axis=0)).astype(int) + 1
        return cls(int(left), int(top), int(right), int(bottom))

    @property
    def width(self) -> int:
        return self.right - self.left

    @property
    def height(self) -> int:
        return self.bottom - self.top

    @property
    def size(self) -> Size:
        return self.width, self.height

    @property
    def area(self) -> int:
        return self.width * self.height

    @property
    def center(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def expanded(self, share: float) -> Rect:
        """Grown on each side by `share` of its width and height; shrunk when negative."""
        dx, dy = round(self.width * share), round(self.height * share)
        return Rect(self.left - dx, self.top - dy, self.right + dx, self.bottom + dy)

    def scaled(self, factor: float) -> Rect:
        """The same place in a picture that is `factor` times as large; at least a pixel remains."""
        left, top = round(self.left * factor), round(self.top * factor)
        right, bottom = round(self.right * factor), round(self.bottom * factor)
        return Rect(left, top, max(right, left + 1), max(bottom, top + 1))

    def moved(self, dx: int, dy: int) -> Rect:
        return Rect(self.left + dx, self.top + dy, self.right + dx, self.bottom + dy)

    def clipped(self, size: Size) -> Rect | None:
        """The part inside a picture of `size`; None when nothing of it is in the picture."""
        left, top = max(self.left, 0), max(self.top, 0)
        right, bottom = min(self.right, size[0]), min(self.bottom, size[1])
        return Rect(left, top, right, bottom) if left < right and top < bottom else None

    def shared_area(self, other: Rect) -> int:
        """The pixels that belong to both."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0

    def iou(self, other: Rect) -> float:
        """Intersection over union, 0 to 1."""
        shared = self.shared_area(other)
        return shared / (self.area + other.area - shared)
