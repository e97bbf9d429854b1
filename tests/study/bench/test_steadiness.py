"""Changes, certainty and delays, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Face, Rect
from fer_web.study.bench.expressions import variations
from fer_web.study.bench.steadiness import SPLICE_S, Glimpse, delays_s, note, replayed, steadiness
from fer_web.vision.smooth import Steadying


def moment(time_s: float, answer: int, certain: bool = True, probability: float = 0.9) -> Glimpse:
    scores = np.full(7, (1 - probability) / 6, np.float32)
    scores[answer] = probability
    return Glimpse(time_s, scores, answer, certain)


def test_changes_are_counted_by_the_time_that_people_are_seen() -> None:
    one = [moment(0, 0), moment(10, 1), moment(20, 1, certain=False), moment(30, 0)]
    other = [moment(5, 3), moment(35, 3)]

    found = steadiness([one, other, []])

    assert (found.seen_s, found.changes) == (60, 2)
    assert found.changes_per_minute == pytest.approx(2)
    assert found.certain_share == pytest.approx(5 / 6)


def test_nobody_is_neither_steady_nor_certain() -> None:
    assert (steadiness([]).changes_per_minute, steadiness([]).certain_share) == (0, 0)


def test_a_cut_between_two_clear_expressions_is_shown_within_moments() -> None:
    people = [[moment(number / 30, answer) for number in range(100)] for answer in (0, 3)]

    delays = delays_s(people)

    assert len(delays) == 16
    assert 0 < max(delays) < 0.3


def test_other_rules_replay_the_same_scores() -> None:
    """Alternating weak answers change with every picture where nothing is averaged, and never where much is."""
    moments = [moment(number / 10, number % 2, probability=0.5) for number in range(20)]

    nervous = replayed(moments, Steadying(time_constant_s=0.01, persistence=0.0))
    steady = replayed(moments, Steadying(time_constant_s=5.0, clear=9.0))

    assert steadiness([nervous]).changes == 19
    assert steadiness([steady]).changes == 0


def test_a_table_of_other_rules_has_a_row_for_each() -> None:
    people = [[moment(number / 30, answer) for number in range(100)] for answer in (0, 3)]

    lines = variations(people).strip().splitlines()

    assert len(lines) == 2 + 54
    assert all(line.endswith("| 100% |") for line in lines[2:] if line.startswith("| 0.5 | 0.1 |"))


def test_what_is_nobodys_lasting_expression_is_no_piece_of_a_splice() -> None:
    flickering = [moment(number / 30, number % 2) for number in range(100)]

    assert delays_s([flickering]) == []
    assert SPLICE_S > 1


def test_moments_are_noted_by_person_with_the_networks_own_scores() -> None:
    own, shown = moment(0, 1).scores, moment(0, 2).scores
    before = (Face(Rect(0, 0, 9, 9), 1.0, track_id=7, scores=own), Face(Rect(0, 0, 9, 9), 1.0, track_id=8))
    after = (
        Face(Rect(0, 0, 9, 9), 1.0, track_id=7, scores=shown, uncertain=True),
        Face(Rect(0, 0, 9, 9), 1.0, track_id=8),
    )
    people: dict[int, list[Glimpse]] = {}

    note(people, 0.5, before, after)

    assert list(people) == [7]
    (noted,) = people[7]
    assert noted.scores is own
    assert (noted.answer, noted.certain, noted.time_s) == (2, False, 0.5)
