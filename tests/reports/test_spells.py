"""Spells: how long one expression stays."""

from __future__ import annotations

from itertools import pairwise

from fer_web.core import Emotion
from fer_web.reports.spells import Spell, Spells

HAPPY, SAD, NEUTRAL = Emotion.HAPPY, Emotion.SAD, Emotion.NEUTRAL


def spells(*parts: tuple[float, Emotion | None], most: int = 500) -> Spells:
    """Of stretches that follow each other: seconds, and what was seen."""
    found = Spells(most)
    time_s = 0.0
    for length_s, emotion in parts:
        steps = round(length_s * 10)
        for step in range(steps):
            found.add(time_s + step / 10, time_s + (step + 1) / 10, emotion)
        time_s += length_s
    found.finish()
    return found


def test_short_ones_are_none() -> None:
    assert spells((0.9, HAPPY)).kept == []
    assert len(spells((1.1, HAPPY)).kept) == 1


def test_a_short_break_does_not_end_a_spell() -> None:
    for between in (SAD, None):
        found = spells((2, HAPPY), (0.4, between), (2, HAPPY))

        assert [(spell.start_s, round(spell.end_s, 6)) for spell in found.kept] == [(0, 4.4)]
        assert found.changes == 0


def test_a_longer_break_does() -> None:
    found = spells((2, HAPPY), (0.7, SAD), (2, HAPPY))

    assert [spell.emotion for spell in found.kept] == [HAPPY, HAPPY]
    assert found.changes == 0  # from happy to happy


def test_an_absence_counts_as_a_break() -> None:
    found = Spells()
    found.add(0, 2, HAPPY)
    found.add(2.4, 4, HAPPY)
    found.add(9, 11, HAPPY)
    found.finish()

    assert found.kept == [Spell(0, 4, HAPPY), Spell(9, 11, HAPPY)]


def test_a_spell_begins_with_its_own_first_moment() -> None:
    found = spells((2, HAPPY), (0.3, SAD), (2, NEUTRAL))

    assert [(round(spell.start_s, 6), spell.emotion) for spell in found.kept] == [(0, HAPPY), (2.3, NEUTRAL)]
    assert found.changes == 1


def test_flicker_between_two_is_no_spell_of_either() -> None:
    assert spells(*[(0.6, HAPPY), (0.6, SAD)] * 5).kept == []


def test_changes_are_not_counted_across_a_long_gap() -> None:
    assert spells((2, HAPPY), (1.9, None), (2, SAD)).changes == 1
    assert spells((2, HAPPY), (2.2, None), (2, SAD)).changes == 0


def test_too_many_spells_leave_the_longest() -> None:
    parts = [(1.5 if number % 10 else 9.0, (HAPPY, SAD)[number % 2]) for number in range(101)]

    found = spells(*parts, most=20)

    assert found.shortest_s == 2.0
    assert len(found.kept) == 11
    assert all(spell.duration_s > 8.9 for spell in found.kept)
    assert found.changes == 100  # all of them, also of those that were dropped
    assert all(one.start_s < other.start_s for one, other in pairwise(found.kept))
