"""Landmarks that a network has to tell: they go where the picture goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fer_web.study.lab.networks.beside import MIRROR, Features


def landmark_columns(points: Features, matrices: NDArray[np.float64], size: int) -> Features:
    """Landmarks (n, 68, 2) where the matrices (n, 2, 3) take them, (n, 136): shares of the side, 0 in the middle."""
    shares = moved_points(points, matrices) / np.float32(size) - np.float32(0.5)
    return np.asarray(shares, np.float32).reshape(len(points), -1)


def moved_points(points: Features, matrices: NDArray[np.float64]) -> Features:
    """Landmarks in pixels where the matrices take them, in the order of the face that is seen."""
    moved = points @ matrices[:, :, :2].transpose(0, 2, 1) + matrices[:, np.newaxis, :, 2]
    is_mirrored = np.linalg.det(matrices[:, :, :2]) < 0
    moved[is_mirrored] = moved[is_mirrored][:, np.array(MIRROR)]
    return np.asarray(moved, dtype=np.float32)
