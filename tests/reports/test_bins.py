"""Bins: sums over time, in a bounded number of them."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.reports.bins import Bins

ONE = np.ones(1)


def test_a_stretch_is_split_among_the_bins_that_it_lies_in() -> None:
    bins = Bins(2)

    bins.add(0.1, 0.6, np.array([1.0, 10.0]))

    assert bins.rows == pytest.approx(np.array([[0.15, 1.5], [0.25, 2.5], [0.1, 1.0]]))


def test_bins_begin_where_the_first_time_is() -> None:
    bins = Bins(1, start_s=100.3)

    bins.add(100.3, 100.5, ONE)

    assert bins.start_s == 100.25
    assert bins.rows == pytest.approx(np.array([[0.2]]))


def test_neighbors_merge_when_there_would_be_too_many() -> None:
    bins = Bins(1, start_s=0.25, most=4)

    bins.add(0.25, 1.25, ONE)
    assert (bins.width_s, len(bins.rows)) == (0.25, 4)
    bins.add(1.25, 3.0, ONE)

    assert bins.width_s == 1.0
    assert bins.rows == pytest.approx(np.array([[0.75], [1.0], [1.0]]))
    assert bins.start_s == 0.0


def test_a_far_jump_merges_often_and_loses_nothing() -> None:
    bins = Bins(1, most=8)

    bins.add(0.0, 1.0, ONE)
    bins.add(99_999.0, 100_000.0, ONE)
    bins.count(99_999.5, 0, 3)

    assert len(bins.rows) <= 8
    assert bins.rows.sum() == pytest.approx(5)
    assert bins.rows[0, 0] == pytest.approx(1)
