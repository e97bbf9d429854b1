"""The comparison of crops."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.study.bench.framing import chance_of


def test_a_difference_that_chance_explains_is_told_from_one_that_it_does_not() -> None:
    """Of n pictures on which two answers differ, k right by the first: twice the tail of a fair coin's n tosses."""
    first = np.array([True] * 9 + [False] * 1 + [True] * 20)
    second = np.array([False] * 9 + [True] * 1 + [True] * 20)

    assert chance_of(first, second) == pytest.approx(2 * (1 + 10) / 2**10)
    assert chance_of(first, first) == 1.0
