"""Made-up faces: bright dots where the points are, two pictures of each person."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from fer_web.core.keypoints import COLUMNS
from fer_web.study.lab.keypoints.faces import KeypointFaces

PATTERN = np.array(
    [[64, 37], [32, 37], [58, 37], [70, 37], [38, 37], [26, 37], [57, 28], [78, 30], [39, 28], [18, 30],
     [48, 56], [61, 72], [35, 72], [48, 68], [48, 78]], np.float32,
)  # fmt: skip


def made_up(count: int, seed: int = 0) -> KeypointFaces:
    rng = np.random.default_rng(seed)
    points = np.stack([PATTERN + rng.integers(-6, 7, 2) for _ in range(count)]).astype(np.float32)
    pictures = rng.integers(0, 30, (count, 96, 96)).astype(np.uint8)
    for picture, places in zip(pictures, points.astype(int), strict=True):
        for x, y in places:
            picture[y - 2 : y + 3, x - 2 : x + 3] = 220
    return KeypointFaces(pictures, points, tuple(f"Some_Body{row // 2}" for row in range(count)))


def folder_of(path: Path, faces: KeypointFaces) -> Path:
    """The same as files: `faces.npz` and `faces_15kp.csv`."""
    np.savez(path / "faces.npz", images=faces.pictures)
    with (path / "faces_15kp.csv").open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["image", *COLUMNS])
        for row, (person, points) in enumerate(zip(faces.people, faces.points, strict=True)):
            writer.writerow([f"{person}_{row}.jpg", *points.ravel()])
    return path
