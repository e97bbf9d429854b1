"""Sums of one face between two moments, derived on paper."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core.proportion import mean_of, wilson
from fer_web.core.studies import TaskTimes
from fer_web.reports.task_cell import TaskCell
from fer_web.reports.task_series import EYES, LOOKS, READABLE, SMILE, TASK_MEASURES, FaceSeries
from tests.readings import reading_of
from tests.reports.made import ANGRY, BAD, GOOD, HAPPY, NEUTRAL, every, reading, recording, together

HAPPY_AT, NEUTRAL_AT = TASK_MEASURES["happy"].column, TASK_MEASURES["neutral"].column


def between(series: FaceSeries, *edges_s: float) -> tuple[np.ndarray, np.ndarray]:
    return series.sums(np.array(edges_s))


def test_a_reading_counts_for_the_part_of_its_time_that_is_asked_for() -> None:
    series = FaceSeries.of(recording(fps=2), [reading(0, HAPPY), reading(0.5, NEUTRAL), reading(1.0, HAPPY)])

    sums, known_s = between(series, 0.25, 0.75, 1.25, 9.0)

    assert sums[:, HAPPY_AT].tolist() == pytest.approx([0.25, 0.25, 0.25])
    assert sums[:, NEUTRAL_AT].tolist() == pytest.approx([0.25, 0.25, 0])
    assert known_s[:, READABLE].tolist() == pytest.approx([0.5, 0.5, 0.25])  # the last one stands for one picture


def test_before_a_gap_a_reading_stands_for_one_picture() -> None:
    series = FaceSeries.of(recording(fps=2), [reading(0, HAPPY), reading(4, HAPPY)])

    assert between(series, 0, 4)[1][0, READABLE] == pytest.approx(0.5)


def test_of_several_faces_the_largest_counts() -> None:
    behind = [reading_of(0.5 * n, 2, ANGRY, quality=GOOD.__class__(0.6, 0.5, 40)) for n in range(4)]
    series = FaceSeries.of(recording(fps=2), together(behind, every(0.5, 0, 2, HAPPY)))

    sums, known_s = between(series, 0, 2)

    assert (sums[0, HAPPY_AT], known_s[0, HAPPY_AT]) == pytest.approx((2, 2))


def test_what_cannot_be_read_is_no_expression_of_any_kind() -> None:
    series = FaceSeries.of(recording(fps=2), [*every(0.5, 0, 1, HAPPY), reading(1.0, HAPPY, quality=BAD)])

    sums, known_s = between(series, 0, 1.5)

    assert (sums[0, HAPPY_AT], known_s[0, HAPPY_AT]) == pytest.approx((1, 1))
    assert (sums[0, READABLE], known_s[0, READABLE]) == pytest.approx((1, 1.5))


def test_other_measures_are_known_where_they_were_measured() -> None:
    made = [
        reading_of(0, 1, HAPPY, smile=0.5, looks_at_camera=True, left_eye_aspect_ratio=0.2, right_eye_aspect_ratio=0.4),
        reading_of(1, 1, HAPPY, looks_at_camera=False, left_eye_aspect_ratio=0.1),
        reading_of(2, 1, HAPPY),
    ]
    sums, known_s = between(FaceSeries.of(recording(fps=1), made), 0, 3)

    for name, total, known in ((SMILE, 0.5, 1), (LOOKS, 1, 2), (EYES, 0.4, 2)):
        column = TASK_MEASURES[name].column
        assert (sums[0, column], known_s[0, column]) == pytest.approx((total, known), abs=1e-6)


def test_nobody_at_all_is_nothing() -> None:
    series = FaceSeries.of(recording(), [])

    assert not between(series, 0, 5)[1].any()
    cell = TaskCell.of(series, TaskTimes(0, 5))
    assert cell is not None
    assert (cell.readable, dict(cell.means)) == (0, {})
    assert cell.courses(1.0)[0] == [None] * 5


def test_a_mean_of_shares_takes_blocks_of_five_seconds_as_observations() -> None:
    readings = [*every(0.5, 0, 10, HAPPY), *every(0.5, 10, 22, NEUTRAL)]
    cell = TaskCell.of(FaceSeries.of(recording(fps=2), readings), TaskTimes(0, 22, success=True))

    assert cell is not None
    assert (cell.duration_s, cell.success, cell.readable) == (22, True, 1)
    assert cell.means["happy"].estimate == wilson(2, 4)  # blocks 1 1 0 0; the last two seconds are no block
    assert cell.means["angry"].estimate == wilson(0, 4)


def test_a_mean_of_a_level_has_students_interval() -> None:
    readings = [reading_of(t, 1, HAPPY, smile=0.1 * (1 + t // 5)) for t in range(15)]
    cell = TaskCell.of(FaceSeries.of(recording(fps=1), readings), TaskTimes(0, 15))

    assert cell is not None
    estimate = cell.means[SMILE].estimate
    assert estimate is not None
    assert estimate.value == pytest.approx(0.2, abs=1e-6)
    assert estimate.high - estimate.value == pytest.approx(4.303 * 0.1 / 3**0.5, rel=1e-4)


def test_a_short_task_has_no_interval_and_an_unended_one_no_cell() -> None:
    series = FaceSeries.of(recording(fps=2), every(0.5, 0, 20, HAPPY))
    cell = TaskCell.of(series, TaskTimes(2, 14))

    assert cell is not None
    assert (cell.means["happy"].value, cell.means["happy"].estimate) == (pytest.approx(1), None)
    assert TaskCell.of(series, TaskTimes(2)) is None
    assert TaskCell.of(series, TaskTimes()) is None


def test_a_course_begins_with_the_task() -> None:
    series = FaceSeries.of(recording(fps=2), [*every(0.5, 0, 5, NEUTRAL), *every(0.5, 5, 8, HAPPY)])
    cell = TaskCell.of(series, TaskTimes(4, 10))

    assert cell is not None
    assert cell.courses(2.0)[HAPPY_AT] == [pytest.approx(0.5), pytest.approx(1), None]


def test_students_factor_goes_over_into_the_normal_one() -> None:
    values = [0.0, 1.0] * 16  # 31 degrees of freedom: 2.0395
    half = mean_of(values).high - 0.5

    assert half == pytest.approx(2.0395 * (8 / 31) ** 0.5 / 32**0.5, rel=1e-4)
