"""Everything that a network row learns from, and its batches: pictures moved about, and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_web.registry.spec import InputSpec
from fer_web.study.lab.networks.beside import MIRROR, Features, Pictures, Scale, beside, beside_mirrored
from fer_web.study.lab.networks.columns import targets_of
from fer_web.study.lab.networks.recipe import Recipe
from fer_web.study.lab.networks.teaching import teaching
from fer_web.study.lab.row import Task
from fer_web.study.training.augment import warped
from fer_web.study.training.targets import Targets


@dataclass(frozen=True)
class Lessons:
    """Training's arrays, all with a row a picture: `targets` (n, columns), `points` (n, 68, 2) pixels or none,
    `side` (n, values) of the pictures and `mirrored` of their mirror images, both scaled by `scale`.
    """

    pixels: Pictures
    targets: Targets
    points: Features
    side: Features
    mirrored: Features
    scale: Scale

    @classmethod
    def of(cls, task: Task, recipe: Recipe) -> Lessons:
        """What a task's recipe asks for, calculated or read from the cache."""
        split, store = task.data.training, task.features
        taught = teaching(recipe.teacher, split.pixels, store.folder) if recipe.teacher else None
        points = (
            store.get("landmarks-fine", split.pixels) if recipe.landmarks else np.zeros((len(split), 0), np.float32)
        )
        side = beside(recipe.inputs, split.pixels, store)
        mirrored = beside_mirrored(recipe.inputs, split.pixels, store)
        scale = Scale.of(side)
        return cls(
            pixels=split.pixels,
            targets=targets_of(split, recipe, taught),
            points=points.reshape(len(split), -1, 2),
            side=scale(side),
            mirrored=scale(mirrored),
            scale=scale,
        )

    def __len__(self) -> int:
        return len(self.pixels)


Batch = tuple[list[NDArray[np.float32]], Targets]


def batches(lessons: Lessons, recipe: Recipe, size: int, seed: tuple[int, ...]) -> Iterator[Batch]:
    """An epoch's inputs ([pictures] or [pictures, side]) with their targets; everything follows from the seed.

    Side inputs know of mirroring, but not of shifts and turns: they are the unmoved picture's.
    """
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(lessons))
    batch = min(recipe.batch, len(order))
    for start in range(0, len(order) - batch + 1, batch):
        yield _batch(lessons, recipe, order[start : start + batch], size, rng)


def _batch(lessons: Lessons, recipe: Recipe, rows: NDArray[np.int64], size: int, rng: np.random.Generator) -> Batch:
    augmentation = recipe.augmentation
    height, width = lessons.pixels.shape[1:]
    matrices = np.stack([augmentation.placement((width, height), size, rng) for _ in rows])
    moved = [
        augmentation.seen_by_a_camera(warped(lessons.pixels[row], matrix, size), rng)
        for row, matrix in zip(rows, matrices, strict=True)
    ]
    is_mirrored = np.linalg.det(matrices[:, :, :2]) < 0
    inputs = [InputSpec(width=size, height=size).prepare(np.stack(moved))]
    if lessons.side.shape[1]:
        inputs.append(np.where(is_mirrored[:, np.newaxis], lessons.mirrored[rows], lessons.side[rows]))
    targets = lessons.targets[rows]
    if lessons.points.shape[1]:
        points = moved_points(lessons.points[rows], matrices, is_mirrored)
        targets = np.concatenate([targets, (points / size - 0.5).reshape(len(rows), -1)], axis=1).astype(np.float32)
    return inputs, targets


def moved_points(points: Features, matrices: NDArray[np.float64], is_mirrored: NDArray[np.bool_]) -> Features:
    """Landmarks (n, 68, 2) where the matrices (n, 2, 3) take them, in the order of the face that is seen."""
    moved = points @ matrices[:, :, :2].transpose(0, 2, 1) + matrices[:, np.newaxis, :, 2]
    moved[is_mirrored] = moved[is_mirrored][:, np.array(MIRROR)]
    return np.asarray(moved, dtype=np.float32)
