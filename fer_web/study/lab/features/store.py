"""Features by name, calculated on all cores, a shard at a time, and kept on disk: what was done once is read.

A shard is written whole or not at all, so that a stopped calculation goes on where it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from fer_web.errors import DataError
from fer_web.study.lab.features import hog, landmarks
from fer_web.study.training.files import write_array

Pictures = NDArray[np.uint8]
Features = NDArray[np.float32]
SHARD = 1024  # pictures in a file


KINDS: Mapping[str, Callable[[Pictures], Features]] = {
    "hog": hog.ORIGINAL,
    "hog-8": hog.Hog(9, 8, 2),
    "hog-6": hog.Hog(9, 6, 2),
    "hog-images": hog.hog_images,
    "sliding-hog": hog.sliding_hog,
    "landmarks": landmarks.whole_picture_landmarks,
    "landmarks-fine": landmarks.fine_landmarks,
}


class FeatureStore:
    """Features of pictures, kept in `folder` (None: nowhere) under the pictures' own hash."""

    def __init__(self, folder: Path | None = None, jobs: int = 1, *, is_quiet: bool = False) -> None:
        self.folder = folder
        self.jobs = jobs
        self.is_quiet = is_quiet

    def get(self, kind: str, pictures: Pictures) -> Features:
        """(n, d) float32 of pictures (n, 48, 48) uint8; `kind` is one of `KINDS`, DataError otherwise."""
        if kind not in KINDS:
            raise DataError(f"there is no feature {kind!r}; there are {', '.join(KINDS)}")
        shards = [pictures[start : start + SHARD] for start in range(0, len(pictures), SHARD)] or [pictures]
        work = partial(_shard, kind, self.folder)
        progress = partial(tqdm, total=len(shards), desc=kind, unit="shard", disable=self.is_quiet or len(shards) == 1)
        if self.jobs == 1 or len(shards) == 1:
            return np.concatenate(list(progress(map(work, shards))))
        with ProcessPoolExecutor(self.jobs, get_context("spawn")) as pool:
            return np.concatenate(list(progress(pool.map(work, shards))))


def _shard(kind: str, folder: Path | None, pictures: Pictures) -> Features:
    """One shard's features, read where they were kept; at module level because other processes start with it."""
    if folder is None:
        return KINDS[kind](pictures)
    path = folder / kind / f"{hashlib.sha256(pictures.tobytes()).hexdigest()[:24]}.npy"
    if path.is_file():
        kept: Features = np.load(path)
        return kept
    made = KINDS[kind](pictures)
    write_array(path, made)
    return made
