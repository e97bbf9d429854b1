"""Which detection belongs to which track."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

A = TypeVar("A")
B = TypeVar("B")


def best_pairs(rows: Sequence[A], columns: Sequence[B], score: Callable[[A, B], float]) -> list[tuple[int, int]]:
    """The one-to-one pairs (row, column) with the largest sum of scores; pairs that score 0 or less are left out.

    Kuhn 1955, "The Hungarian method for the assignment problem".
    """
    if not rows or not columns:
        return []
    if len(rows) == len(columns) == 1:
        return [(0, 0)] if score(rows[0], columns[0]) > 0 else []
    from scipy.optimize import linear_sum_assignment

    scores = np.array([[max(0.0, score(row, column)) for column in columns] for row in rows])
    chosen = zip(*linear_sum_assignment(scores, maximize=True), strict=True)
    return [(int(row), int(column)) for row, column in chosen if scores[row, column] > 0]
