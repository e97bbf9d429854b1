"""The baseline: a person's first calm seconds."""

from __future__ import annotations

from itertools import pairwise

import pytest

from fer_web.core import Reading
from fer_web.reports.baseline import Baseline, BaselineSearch
from tests.reports.made import ANGRY, BAD, HAPPY, NEUTRAL, every, reading

DRIFTED = (0.0, 0.0, 0.0, 0.1, 0.3, 0.0, 0.6)  # sad is 0.3 over NEUTRAL
NEAR = (0.0, 0.0, 0.0, 0.1, 0.1, 0.0, 0.8)


def search(readings: list[Reading]) -> Baseline | None:
    """Each reading stands until the next, the last for half a second."""
    found = BaselineSearch()
    for one, after in pairwise([*readings, reading(readings[-1].time_s + 0.5)]):
        found.add(one.time_s, min(after.time_s, one.time_s + 1), one)
    return found.found


def test_five_calm_seconds_are_the_baseline() -> None:
    found = search([*every(0.5, 0, 3), *every(0.5, 3, 10, NEAR)])

    assert found is not None
    assert (found.start_s, found.end_s) == (0, 5)
    assert found.scores == pytest.approx((0, 0, 0, (3 * 0.2 + 2 * 0.1) / 5, 2 * 0.1 / 5, 0, 0.8))


def test_less_than_five_are_none() -> None:
    assert search(every(0.5, 0, 4.5)) is None


@pytest.mark.parametrize(
    "disturbance",
    [
        reading(3, uncertain=True),
        reading(3, quality=BAD),
        reading(3, yaw_deg=-50),
        reading(3, HAPPY),
        reading(3, (0, 0, 0, 0.1, 0, 0.5, 0.4)),
    ],
    ids=["uncertain", "poor", "turned away", "happy", "surprised"],
)
def test_what_is_not_calm_begins_anew_after_it(disturbance: Reading) -> None:
    found = search([*every(0.5, 0, 3), disturbance, *every(0.5, 3.5, 12)])

    assert found is not None
    assert (found.start_s, found.end_s) == (3.5, 8.5)


def test_scores_that_move_begin_anew_with_the_move() -> None:
    found = search([*every(0.5, 0, 3), *every(0.5, 3, 12, DRIFTED)])

    assert found is not None
    assert found.start_s == 3
    assert found.scores == pytest.approx(DRIFTED)


def test_a_gap_begins_anew() -> None:
    found = search([*every(0.5, 0, 3), *every(0.5, 6, 12)])

    assert found is not None
    assert found.start_s == 6


def test_a_resting_face_may_look_angry() -> None:
    found = search(every(0.5, 0, 6, ANGRY))

    assert found is not None
    assert found.scores == pytest.approx(ANGRY)


def test_who_smiles_all_the_time_has_none() -> None:
    assert search(every(0.5, 0, 60, HAPPY)) is None
    assert search(every(0.5, 0, 60, NEUTRAL)) is not None
