"""Hiding a part of a face from the network, to see what its answer depends on.

Zeiler and Fergus 2014, "Visualizing and Understanding Convolutional Networks". The part is painted in the crop, not in
the picture: the face stays found and framed as it was, so that nothing else changes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame


@dataclass(frozen=True, slots=True)
class ChipPart:
    """A rectangle of every chip, in shares of its sides, 0 to 1."""

    left: float
    top: float
    width: float
    height: float

    def painted(self, chip: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The chip with every pixel that the part touches in the chip's mean gray."""
        rows, columns = chip.shape
        top, bottom = _touched(self.top, self.height, rows)
        left, right = _touched(self.left, self.width, columns)
        painted: NDArray[np.uint8] = chip.copy()
        painted[top:bottom, left:right] = round(float(chip.mean()))
        return painted


class HidePart:
    """Paints over one part of every chip."""

    name = "hide"

    def __init__(self, part: ChipPart) -> None:
        self._part = part

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        return tuple(self._hidden(face) for face in faces)

    def _hidden(self, face: Face) -> Face:
        return face if face.chip is None else replace(face, chip=self._part.painted(face.chip))


def _touched(start: float, length: float, pixels: int) -> tuple[int, int]:
    """The pixels of a side that a part of it touches, half-open."""
    tiny = 1e-6  # 0.7 + 0.1 is not 0.8
    return math.floor(start * pixels + tiny), math.ceil((start + length) * pixels - tiny)
