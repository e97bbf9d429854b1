"""Small pictures for the laboratory: a real face, and made-up classes that can be told apart."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.study.training.dataset import VOTE_NAMES, FaceTable, Split


@lru_cache(maxsize=1)
def _portrait() -> NDArray[np.uint8]:
    """A public-domain face in FER2013's framing, 48 x 48."""
    from skimage.data import astronaut

    gray = cv2.cvtColor(astronaut(), cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(gray[52:192, 154:294], (48, 48), interpolation=cv2.INTER_AREA), np.uint8)


def portraits(count: int) -> NDArray[np.uint8]:
    """(count, 48, 48): the same face, each a little brighter than the one before."""
    return np.stack([np.clip(_portrait().astype(int) + 5 * index, 0, 255).astype(np.uint8) for index in range(count)])


def made_up(each: int = 6, seed: int = 0) -> FaceTable:
    """`each` Training, 3 PublicTest and 3 PrivateTest pictures a class; a class is a direction of stripes."""
    rng = np.random.default_rng(seed)
    usage = np.tile(np.repeat([0, 1, 2], (each, 3, 3)), 7).astype(np.int64)
    labels = np.repeat(np.arange(7), each + 6).astype(np.int64)
    down, across = np.mgrid[:48, :48]
    angles = labels[:, np.newaxis, np.newaxis] * np.pi / 14  # within 90 degrees, so that mirror images stay apart
    waves = np.sin(0.6 * (down * np.sin(angles) + across * np.cos(angles)))
    pixels = np.clip(128 + 60 * waves + rng.normal(0, 15, waves.shape), 0, 255).astype(np.uint8)
    votes = np.zeros((len(labels), len(VOTE_NAMES)), dtype=np.float32)
    return FaceTable(Split(pixels, labels, votes), usage)


def save(table: FaceTable, path: Path) -> Path:
    """The table as an `.npz` that `--data` takes."""
    rows = table.rows
    np.savez(path, pixels=rows.pixels, emotion=rows.labels, usage=table.usage, ferplus_votes=rows.votes)
    return path
