"""Time axes."""

from __future__ import annotations

import pytest

from fer_web.reports.axis import MOST_TICKS, Axis


@pytest.mark.parametrize("length_s", [1, 3, 14, 61, 372, 3600, 36_000, 400_000])
def test_ticks_are_round_and_few(length_s: float) -> None:
    ticks = Axis(0, length_s).ticks

    assert 2 <= len(ticks) <= MOST_TICKS + 1
    assert all(0 <= tick <= length_s for tick in ticks)


def test_ticks_of_a_later_part_lie_in_it() -> None:
    assert Axis(1003.2, 1059).ticks == [1005, 1020, 1035, 1050]


def test_places_stay_on_the_chart() -> None:
    axis = Axis(10, 20)

    assert [axis.place(time_s) for time_s in (0, 10, 15, 20, 99)] == [0, 0, 0.5, 1, 1]
    assert not axis.shows(9)
