"""Bins: sums over time, in a bounded number of them."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.reports.bins import Bins


def add(bins: Bins, start_s: float, end_s: float, *rates: float) -> None:
    bins.add(np.array([start_s]), np.array([end_s]), np.array([rates or (1.0,)]))


def test_a_stretch_is_split_among_the_bins_that_it_lies_in() -> None:
    bins = Bins(2)

    add(bins, 0.1, 0.6, 1.0, 10.0)

    assert bins.rows == pytest.approx(np.array([[0.15, 1.5], [0.25, 2.5], [0.1, 1.0]]))


def test_bins_begin_where_the_first_time_is() -> None:
    bins = Bins(1, start_s=100.3)

    add(bins, 100.3, 100.5)

    assert bins.start_s == 100.25
    assert bins.rows == pytest.approx(np.array([[0.2]]))


def test_neighbors_merge_when_there_would_be_too_many() -> None:
    bins = Bins(1, start_s=0.25, most=4)

    add(bins, 0.25, 1.25)
    assert (bins.width_s, len(bins.rows)) == (0.25, 4)
    add(bins, 1.25, 3.0)

    assert bins.width_s == 1.0
    assert bins.rows == pytest.approx(np.array([[0.75], [1.0], [1.0]]))
    assert bins.start_s == 0.0


def test_a_far_jump_merges_often_and_loses_nothing() -> None:
    bins = Bins(1, most=8)

    add(bins, 0.0, 1.0)
    add(bins, 99_999.0, 100_000.0)
    bins.count(99_999.5, 0, 3)

    assert len(bins.rows) <= 8
    assert bins.rows.sum() == pytest.approx(5)
    assert bins.rows[0, 0] == pytest.approx(1)


def test_many_stretches_at_once_are_the_same_as_one_after_the_other() -> None:
    random = np.random.default_rng(1)
    starts_s = np.sort(random.uniform(0, 500, 200))
    ends_s, rates = starts_s + random.uniform(0, 3, 200), random.uniform(0, 1, (200, 3))
    together, single = Bins(3, most=50), Bins(3, most=50)

    together.add(starts_s, ends_s, rates)
    for start_s, end_s, rate in zip(starts_s, ends_s, rates, strict=True):
        add(single, start_s, end_s, *rate)

    assert together.width_s == single.width_s == 16
    assert together.rows == pytest.approx(single.rows)
