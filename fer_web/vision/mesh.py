"""The 478 points of a face and its 52 movements, by Google's FaceMesh V2.

Grishchenko et al. 2020, "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time"; Google 2023, "MediaPipe
BlendShape V2 model card". The face is looked at in an upright square around it. A face that is followed gives its own
square by its last points; one that was only detected is looked at twice, first in its box.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Pixels, Points, Rect
from fer_web.core.mesh import COUNT, LEFT_EYE_CORNER, OF_MOVEMENTS, RIGHT_EYE_CORNER, Mesh
from fer_web.registry.litert import LiteModel

# The side of the network's square, and how much wider than the face's points, or its box, the square is.
SIDE = 256
MARGIN = 1.5
# Below this logit there is no face in the square.
LEAST_PRESENCE = 0.0


@dataclass(frozen=True, slots=True)
class Square:
    """An upright-for-the-face square: its middle, its side in pixels, and its turn in radians, clockwise."""

    x: float
    y: float
    side: float
    turn: float

    @classmethod
    def of_box(cls, region: Rect, right_eye: Points, left_eye: Points) -> Square:
        """Around a detected face whose eyes (2,) are known."""
        x, y = region.center
        return cls(x, y, MARGIN * max(region.size), _turn(right_eye, left_eye))

    @classmethod
    def of_points(cls, points: NDArray[Any]) -> Square:
        """Around a face's points (478, 2 or 3)."""
        turn = _turn(points[RIGHT_EYE_CORNER], points[LEFT_EYE_CORNER])
        cosine, sine = math.cos(turn), math.sin(turn)
        to_level = np.array([[cosine, sine], [-sine, cosine]])
        level = points[:, :2] @ to_level.T
        low, high = level.min(axis=0), level.max(axis=0)
        x, y = ((low + high) / 2) @ to_level
        return cls(float(x), float(y), MARGIN * float((high - low).max()), turn)

    @property
    def to_picture(self) -> NDArray[np.float64]:
        """The (2, 3) map from the network's square to the picture; the middles of pixels to middles."""
        scale = self.side / SIDE
        cosine, sine = scale * math.cos(self.turn), scale * math.sin(self.turn)
        half = (SIDE - 1) / 2
        return np.array(
            [
                [cosine, -sine, self.x - 0.5 - half * (cosine - sine)],
                [sine, cosine, self.y - 0.5 - half * (sine + cosine)],
            ]
        )


class FaceMesh:
    """The networks of the mesh and of the movements; any thread may call them. Takes about 6 ms a face."""

    def __init__(self, mesh: LiteModel, movements: LiteModel) -> None:
        self._mesh, self._movements = mesh, movements

    def look(self, pixels: Pixels, square: Square) -> tuple[Mesh, float]:
        """The mesh (478, 3) in pixels of the picture (H, W, 3) RGB, and how surely a face is there (a logit).

        ValueError for a square without a size.
        """
        if not 1 <= square.side < math.inf:
            raise ValueError(f"a square needs a size, not {square.side}")
        to_picture = square.to_picture
        inside = cut_square(pixels, square)
        found, presence = self._mesh(np.multiply(inside[np.newaxis], np.float32(1 / 255), dtype=np.float32))[:2]
        points = found.reshape(COUNT, 3)
        placed = points[:, :2] @ to_picture[:, :2].T + to_picture[:, 2]
        depth = points[:, 2:] * (square.side / SIDE)
        return np.concatenate([placed, depth], axis=1).astype(np.float32), float(presence.reshape(-1)[0])

    def movements(self, mesh: Mesh) -> NDArray[np.float32]:
        """The 52 movements (52,) of a mesh, 0 to 1, by `fer_web.core.movements`."""
        return self._movements(np.ascontiguousarray(mesh[np.newaxis, OF_MOVEMENTS, :2], np.float32))[0].reshape(-1)


def cut_square(pixels: Pixels, square: Square) -> Pixels:
    """The square of a picture (H, W, 3), upright, (256, 256, 3); black where there is no picture."""
    shrinking = square.side / SIDE
    if shrinking <= 2:
        return _warped(pixels, square.to_picture)
    # A large face: thinned out first by averaging, or the network would see aliases.
    half = square.side * 0.75
    area = Rect(
        math.floor(square.x - half), math.floor(square.y - half), math.ceil(square.x + half), math.ceil(square.y + half)
    ).clipped((pixels.shape[1], pixels.shape[0]))
    if area is None:
        return np.zeros((SIDE, SIDE, 3), np.uint8)
    factor = 1 / math.floor(shrinking)
    part = pixels[area.top : area.bottom, area.left : area.right]
    small = cv2.resize(part, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    ratio_x, ratio_y = small.shape[1] / area.width, small.shape[0] / area.height
    matrix = square.to_picture
    matrix[:, 2] = (matrix[:, 2] + 0.5 - (area.left, area.top)) * (ratio_x, ratio_y) - 0.5
    matrix[:, :2] *= np.array([[ratio_x], [ratio_y]])
    return _warped(np.asarray(small, np.uint8), matrix)


def _warped(pixels: Pixels, to_picture: NDArray[np.float64]) -> Pixels:
    warped = cv2.warpAffine(pixels, to_picture, (SIDE, SIDE), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(warped, np.uint8)


def _turn(right: NDArray[Any], left: NDArray[Any]) -> float:
    return math.atan2(float(left[1] - right[1]), float(left[0] - right[0]))
