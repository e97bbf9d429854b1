"""Which detection belongs to which track."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

A = TypeVar("A")
B = TypeVar("B")


def best_pairs(rows: Sequence[A], columns: Sequence[B], score: Callable[[A, B], float]) -> list[tuple[int, int]]:
    """The one-to-one pairs (row, column) with the largest sum of scores; pairs that score 0 or less are left out."""
    if not rows or not columns:
        return []
    scores = np.array([[max(0.0, score(row, column)) for column in columns] for row in rows])
    return [(row, column) for row, column in assign(scores) if scores[row, column] > 0]


def assign(scores: NDArray[np.float64]) -> list[tuple[int, int]]:
    """The pairs (row, column), as many as the shorter side has, whose sum of scores (n, m) is largest, by row.

    Kuhn 1955, "The Hungarian method for the assignment problem", in the form with potentials and shortest augmenting
    paths: time n² m, some milliseconds for 30 by 30.
    """
    if scores.shape[0] > scores.shape[1]:
        return sorted((row, column) for column, row in assign(scores.T))
    count, width = scores.shape
    # Column 0 stands for the row that is being given a place; costs, rows and columns count from 1.
    costs = np.zeros((count + 1, width + 1))
    costs[1:, 1:] = -scores
    of_rows, of_columns = np.zeros(count + 1), np.zeros(width + 1)
    owner = np.zeros(width + 1, np.intp)
    for row in range(1, count + 1):
        owner[0] = row
        _give_place(costs, of_rows, of_columns, owner)
    return sorted((int(owner[column]) - 1, column - 1) for column in range(1, width + 1) if owner[column])


def _give_place(
    costs: NDArray[np.float64], of_rows: NDArray[np.float64], of_columns: NDArray[np.float64], owner: NDArray[np.intp]
) -> None:
    """Give the row `owner[0]` a column by the cheapest path of exchanges; the potentials and owners change in place."""
    least = np.full(len(owner), np.inf)
    came_from = np.zeros(len(owner), np.intp)
    seen = np.zeros(len(owner), bool)
    column = 0
    while owner[column] or column == 0:
        seen[column] = True
        row = owner[column]
        reduced = costs[row] - of_rows[row] - of_columns
        better = ~seen & (reduced < least)
        least[better], came_from[better] = reduced[better], column
        following = int(np.argmin(np.where(seen, np.inf, least)))
        step = least[following]
        of_rows[owner[seen]] += step
        of_columns[seen] -= step
        least[~seen] -= step
        column = following
    while column:
        owner[column] = owner[came_from[column]]
        column = int(came_from[column])
