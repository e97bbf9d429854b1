from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from fer_web.vision.matching import assign, best_pairs


def total(scores: np.ndarray, pairs: list[tuple[int, int]]) -> float:
    return float(sum(scores[pair] for pair in pairs))


def best_total(scores: np.ndarray) -> float:
    """By trying everything."""
    wide = scores if scores.shape[0] <= scores.shape[1] else scores.T
    rows = range(len(wide))
    return max(
        total(wide, list(zip(rows, columns, strict=True))) for columns in permutations(range(wide.shape[1]), len(wide))
    )


@pytest.mark.parametrize("shape", [(1, 1), (1, 4), (4, 1), (2, 2), (3, 5), (5, 3), (6, 6)])
def test_no_other_assignment_is_better(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(7)
    for _ in range(40):
        scores = np.round(random.random(shape) * random.integers(0, 2, shape), 2)
        pairs = assign(scores)

        assert total(scores, pairs) == pytest.approx(best_total(scores))
        assert len(pairs) == min(shape)
        assert len({row for row, _ in pairs}) == len({column for _, column in pairs}) == min(shape)


def test_a_crowd_is_assigned_as_scipy_does() -> None:
    from scipy.optimize import linear_sum_assignment

    scores = np.random.default_rng(3).random((40, 30))

    assert assign(scores) == [
        (int(r), int(c)) for r, c in zip(*linear_sum_assignment(scores, maximize=True), strict=True)
    ]


def test_pairs_that_score_nothing_are_left_out() -> None:
    assert best_pairs([1, 2], [1, 5], lambda row, column: float(row == column)) == [(0, 0)]
    assert best_pairs([1], [2], lambda row, column: float(row - column)) == []
    assert best_pairs([], [2], max) == []


def test_two_people_share_no_detection() -> None:
    scores = {("a", "x"): 0.9, ("a", "y"): 0.8, ("b", "x"): 0.85, ("b", "y"): 0.1}

    assert best_pairs("ab", "xy", lambda row, column: scores[row, column]) == [(0, 1), (1, 0)]
