"""Several people together."""

from __future__ import annotations

import pytest

from fer_web.reports import summarize
from fer_web.reports.crowd import GroupSummary
from tests.reports.made import ANGRY, HAPPY, NEUTRAL, every, reading, recording, together


def crowd() -> GroupSummary:
    """1 comes angry and leaves happy, 2 stays neutral, 3 comes happy and leaves neutral, 4 is too short to compare."""
    readings = together(
        [*every(0.5, 0, 10, ANGRY), *every(0.5, 10, 20, HAPPY)],
        every(0.5, 0, 20, NEUTRAL, track=2),
        [*every(0.5, 20, 30, HAPPY, track=3), *every(0.5, 30, 40, NEUTRAL, track=3)],
        every(0.5, 36, 40, HAPPY, track=4),
    )
    found = summarize(recording(60), readings).crowd
    assert found is not None
    return found


def test_how_many_were_there_at_once() -> None:
    found = crowd()

    assert found.most_at_once == 2
    assert found.mean_at_once == pytest.approx((20 + 20 + 20 + 4) / 60)
    assert found.bin_s == 0.25
    assert found.at_once[0] == pytest.approx(2)
    assert found.at_once[4 * 25] == pytest.approx(1)
    assert found.at_once[4 * 38] == pytest.approx(2)


def test_whether_people_leave_more_positive_than_they_came() -> None:
    found = crowd()

    # 1: 0 - (0.6 + 0.2) = -0.8, then 0.8; 2: 0.2 and 0.2; 3: 0.8, then 0.2
    assert (found.compared, found.happier, found.steady, found.unhappier) == (3, 1, 1, 1)
    assert found.mean_entry == pytest.approx((-0.8 + 0.2 + 0.8) / 3)
    assert found.mean_exit == pytest.approx((0.8 + 0.2 + 0.2) / 3)
    assert found.mean_change == pytest.approx(1 / 3)


def test_the_balance_over_time_is_everybodys() -> None:
    found = crowd()

    assert found.balance[0] == pytest.approx((-0.8 + 0.2) / 2)
    # At 15 s it is of 10 to 20.25 s: 10 s of 1 and 2, and a quarter of a second of 3.
    assert found.balance[4 * 15] == pytest.approx((10 * 0.8 + 10 * 0.2 + 0.25 * 0.8) / 20.25)


def test_nobody_can_be_compared_when_all_were_short() -> None:
    readings = together(every(0.5, 0, 4), every(0.5, 0, 4, track=2))

    found = summarize(recording(4), readings).crowd

    assert found is not None
    assert (found.compared, found.mean_change) == (0, None)


def test_one_person_is_no_crowd() -> None:
    assert summarize(recording(10), [*every(0.5, 0, 10), reading(12, track=2)]).crowd is None
