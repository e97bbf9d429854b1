"""A small part of a data set, to see in seconds that a row works from beginning to end.

PrivateTest is not read for that: part of PublicTest takes its place.
"""

from __future__ import annotations

import numpy as np

from fer_web.study.training.dataset import USAGES, FaceTable, Split

# Rows of each class; PublicTest has 56 of the rarest.
TRAINING, PUBLIC, STAND_IN = 30, 8, 8


def quick_table(table: FaceTable, seed: int) -> FaceTable:
    """Up to 30 rows a class to fit, 8 to choose by and 8 more of PublicTest in PrivateTest's place."""
    rng = np.random.default_rng(seed)
    labels = table.rows.labels
    rows: list[int] = []
    usage: list[int] = []
    for label in np.unique(labels):
        fitting = rng.permutation(np.flatnonzero((table.usage == USAGES.index("Training")) & (labels == label)))
        public = rng.permutation(np.flatnonzero((table.usage == USAGES.index("PublicTest")) & (labels == label)))
        half = min(PUBLIC, (len(public) + 1) // 2)
        for number, some in enumerate((fitting[:TRAINING], public[:half], public[half : half + STAND_IN])):
            rows += some.tolist()
            usage += [number] * len(some)
    chosen = np.array(rows, dtype=np.int64)
    part = Split(table.rows.pixels[chosen], labels[chosen], table.rows.votes[chosen])
    return FaceTable(part, np.array(usage, dtype=np.int64))
