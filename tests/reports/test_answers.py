"""The answers of a practice: shares of each question's own time, of the person who practices."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from fer_web.core import Marker, Reading, Recording
from fer_web.core.questions import CALM
from fer_web.reports import PracticeAnswer, answers_of, summarize
from tests.readings import reading_of

HAPPY = (0.02, 0.02, 0.02, 0.86, 0.02, 0.02, 0.04)
MARKERS = (Marker(0.0, CALM), Marker(13.0, "Why?"), Marker(33.0, "How?"))
RECORDING = Recording("Interview", "visit", datetime.now(timezone.utc), 53.0, 10.0, 64, 48, "fake 1", MARKERS)


def readings(start_s: int, end_s: int, track_id: int = 1, **measures: Any) -> list[Reading]:
    """Ten a second."""
    return [reading_of(time / 10, track_id, HAPPY, **measures) for time in range(10 * start_s, 10 * end_s)]


def given(recording: Recording, readings: list[Reading]) -> tuple[PracticeAnswer, ...]:
    """The answers that those readings tell of."""
    return answers_of(summarize(recording, readings))


def test_each_question_has_the_shares_of_its_own_time() -> None:
    calm = readings(0, 13, looks_at_camera=True, smile=0.1)
    first = [*readings(13, 28, looks_at_camera=True, smile=0.1), *readings(28, 33, looks_at_camera=False, smile=0.6)]
    second = readings(33, 53, looks_at_camera=False, smile=0.2)

    why, how = given(RECORDING, [*calm, *first, *second])

    assert (why.text, why.start_s, why.end_s) == ("Why?", 13.0, 33.0)
    assert (how.text, how.start_s, how.end_s) == ("How?", 33.0, 53.0)
    assert (why.looked, why.smiled) == (pytest.approx(0.75), pytest.approx(0.25))
    assert (how.looked, how.smiled) == (0.0, 0.0)


def test_a_smile_is_more_than_the_face_shows_at_rest() -> None:
    calm, answer = readings(0, 13, smile=0.4), readings(13, 33, smile=0.6)

    assert given(RECORDING, [*calm, *answer])[0].smiled == 0.0
    assert given(RECORDING, [*(replace(one, smile=0.1) for one in calm), *answer])[0].smiled == 1.0


def test_what_could_not_be_judged_has_no_share() -> None:
    calm = readings(0, 13, looks_at_camera=True, smile=0.1)
    answer = [*readings(13, 14, looks_at_camera=True), *readings(14, 33)]

    assert [(one.looked, one.smiled) for one in given(RECORDING, [*calm, *answer])] == [(None, None)] * 2
    assert [(one.looked, one.smiled) for one in given(RECORDING, [])] == [(None, None)] * 2


def test_whoever_passes_by_does_not_count_and_a_gap_is_no_looking() -> None:
    mine = [*readings(0, 18, looks_at_camera=True), *readings(28, 33, looks_at_camera=False)]
    passing = readings(15, 25, track_id=2, looks_at_camera=False)

    why = given(RECORDING, sorted([*mine, *passing], key=lambda one: one.time_s))[0]

    assert why.looked == pytest.approx(0.5, abs=0.02)  # five seconds before the gap, five after it


def test_without_questions_there_are_no_answers() -> None:
    assert given(replace(RECORDING, markers=MARKERS[:1]), readings(0, 13)) == ()
    assert given(replace(RECORDING, markers=()), readings(0, 13)) == ()
    late = replace(RECORDING, markers=(*MARKERS, Marker(60.0, "And?")))
    assert given(late, [])[-1] == PracticeAnswer("And?", 60.0, 60.0, None, None)
