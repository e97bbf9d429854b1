"""Training views: faces moved, mirrored and filmed by chance, and their points with them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import MIRROR
from fer_web.registry.spec import InputSpec
from fer_web.study.lab.keypoints.faces import SIDE_PX
from fer_web.study.training.augment import Augmentation, Matrix

SPEC = InputSpec(width=SIDE_PX, height=SIDE_PX)
AUGMENTATION = Augmentation(flip=0.5, rotation_deg=15.0, shift=0.06, scale=1.15, camera=0.2, erase=0.2)

Points = NDArray[np.float32]  # (15, 2) pixels, NaN where one is not known
Targets = NDArray[np.float32]  # (n, 15, 3): x, y, and 1 where they are known


def moved(points: Points, matrix: Matrix) -> Points:
    """Points under an affine map, left and right swapped where it mirrors; those that leave the picture are unknown."""
    there: Points = (points @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32)
    if np.linalg.det(matrix[:, :2]) < 0:
        there = there[list(MIRROR)]
    outside = ~((there >= 0) & (there <= SIDE_PX - 1)).all(axis=1)
    there[outside] = np.nan
    return there


def targets_of(points: NDArray[np.float32]) -> Targets:
    """Points (n, 15, 2) as what the loss compares with, (n, 15, 3)."""
    known = ~np.isnan(points).any(axis=2, keepdims=True)
    return np.concatenate([np.where(known, points, 0), known], axis=2).astype(np.float32)


def keypoint_targets(points: NDArray[np.float32], matrices: Matrix, _size: int) -> Targets:
    """What the loss compares with, for faces whose points (n, 15, 2) go where the matrices (n, 2, 3) take them."""
    return targets_of(np.stack([moved(known, matrix) for known, matrix in zip(points, matrices, strict=True)]))
