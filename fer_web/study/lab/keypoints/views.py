"""Training views: faces moved, mirrored and filmed by chance, and their points with them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import MIRROR
from fer_web.registry.spec import InputSpec
from fer_web.study.lab.keypoints.faces import SIDE_PX, KeypointFaces
from fer_web.study.training.augment import Augmentation, Matrix, warped

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


def view(
    picture: NDArray[np.uint8], points: Points, augmentation: Augmentation, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], Points]:
    """One chance view of a face."""
    matrix = augmentation.placement((SIDE_PX, SIDE_PX), SIDE_PX, rng)
    return augmentation.seen_by_a_camera(warped(picture, matrix, SIDE_PX), rng), moved(points, matrix)


def batches(
    faces: KeypointFaces, size: int, seed: tuple[int, ...], augmentation: Augmentation = AUGMENTATION
) -> Iterator[tuple[NDArray[np.float32], Targets]]:
    """All faces once, in chance order: prepared pictures (size, 96, 96, 1) and their targets, the same for a seed."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(faces))
    for start in range(0, len(order) - size + 1, size):
        views = [view(faces.pictures[row], faces.points[row], augmentation, rng) for row in order[start : start + size]]
        yield SPEC.prepare(np.stack([picture for picture, _ in views])), targets_of(np.stack([at for _, at in views]))
