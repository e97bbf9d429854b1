"""What a person did: looks, smiles, absences, motion, and what the setup made hard."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from fer_web.core import Reading
from fer_web.core.questions import CALM
from fer_web.reports import summarize
from fer_web.reports.behavior import Found
from fer_web.reports.person import PersonSummary
from tests.reports.made import every, reading, recording


def person(readings: Iterable[Reading], fps: float = 10.0) -> PersonSummary:
    return summarize(recording(0, fps), readings).people[0]


def smiling(*parts: tuple[float, float]) -> list[Reading]:
    """Ten readings a second: seconds, and how far the mouth smiles."""
    values = [value for length_s, value in parts for _ in range(round(10 * length_s))]
    return [replace(reading(number / 10), smile=value) for number, value in enumerate(values)]


def spans(found: Found) -> list[tuple[float, float]]:
    return [(round(one.start_s, 6), round(one.end_s, 6)) for one in found.stretches]


def test_smiles_begin_well_above_rest_and_end_near_it() -> None:
    found = person(smiling((5, 0.1), (1, 0.55), (1, 0.35), (5, 0.25))).behavior["smiling"]

    assert spans(found) == [(5, 7)]  # rest is 0.1: from 0.5 on, until under 0.3


@pytest.mark.parametrize("rest", [0.0, 0.2])
def test_every_face_has_a_rest_of_its_own(rest: float) -> None:
    found = person(smiling((8, rest), (2, rest + 0.45), (8, rest), (3, rest + 0.45), (1, rest))).behavior["smiling"]

    assert spans(found) == [(8, 10), (18, 21)]
    assert (found.count, round(found.total_s, 6)) == (2, 5)


def test_a_smile_before_rest_is_known_is_found_too() -> None:
    assert spans(person(smiling((2, 0.8), (15, 0.0))).behavior["smiling"]) == [(0, 2)]


def test_who_smiles_nearly_always_smiles() -> None:
    found = person(smiling((30, 0.8), (1, 0.3))).behavior["smiling"]

    assert spans(found) == [(0, 30)]


def test_calm_seconds_say_how_a_mouth_rests() -> None:
    readings = smiling((10, 0.2), (30, 0.5), (2, 0.7), (3, 0.2))
    marked = summarize(recording(0, 10, markers=[(0, CALM), (10, "Question 1")]), readings).people[0]

    assert spans(marked.behavior["smiling"]) == [(40, 42)]  # 0.5 is not 0.4 above 0.2


def test_flutters_of_a_mouth_that_talks_are_no_smiles() -> None:
    parts = [(0.3, 0.7), (0.7, 0.0)] * 10

    assert spans(person(smiling(*parts)).behavior["smiling"]) == []


def test_looks_away_are_those_of_half_a_second_or_longer() -> None:
    looks = [True] * 20 + [False] * 12 + [True] * 20 + [False] * 3 + [True] * 5 + [None] * 4 + [True] * 10
    readings = [replace(reading(number / 10), looks_at_camera=look) for number, look in enumerate(looks)]

    behavior = person(readings).behavior

    assert spans(behavior["away"]) == [(2, 3.2)]
    assert spans(behavior["looking"]) == [(0, 2), (3.2, 5.2), (5.5, 7.4)]  # a glance ends a look, a blink does not


def test_an_absence_is_told_with_its_time() -> None:
    found = person([*every(0.1, 0, 5), *every(0.1, 8, 12)]).behavior["gone"]

    assert spans(found) == [(5, 8)]


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("dark", {"brightness": 0.1}),
        ("bright", {"brightness": 0.9}),
        ("blurred", {"sharpness": 0.2}),
        ("far", {"size_px": 50}),
        ("near", {"size_px": 500}),
        ("off_center", {"center_x": 0.1, "center_y": 0.5}),
        ("off_center", {"center_x": 0.5, "center_y": 0.9}),
        ("unreadable", {"yaw_deg": 50.0}),
        ("aside", {"yaw_deg": 12.0, "pitch_deg": 10.0}),
    ],
)
def test_what_made_reading_hard_is_found(name: str, changes: dict[str, float]) -> None:
    readings = every(0.1, 0, 3) + [replace(one, **changes) for one in every(0.1, 3, 6)]  # type: ignore[arg-type]

    assert spans(person(readings).behavior[name]) == [(3, 6)]


def test_a_head_is_in_motion_while_it_turns_fast_enough() -> None:
    yaws = [0.0] * 20 + [4.0 * step for step in range(8)] + [28.0] * 20
    readings = [reading(number / 10, yaw_deg=yaw) for number, yaw in enumerate(yaws)]

    # 40 degrees a second for 0.7 s: seen a quarter of a second late, and as long after.
    assert person(readings).totals.moved_s == pytest.approx(0.8, abs=0.21)
    assert person(every(0.1, 0, 5)).totals.moved_s == 0


def test_an_open_mouth_is_one_that_is_well_beyond_its_rest() -> None:
    jaws = [0.05] * 60 + [0.3] * 10 + [0.05] * 60 + [0.3] * 1 + [0.05] * 20
    readings = [replace(reading(number / 10), jaw_open=jaw) for number, jaw in enumerate(jaws)]

    assert spans(person(readings).behavior["mouth_open"]) == [(6, 7)]  # a tenth of a second is none
