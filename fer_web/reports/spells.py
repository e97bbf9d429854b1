"""Spells: how long one expression stays the most probable one."""

from __future__ import annotations

from dataclasses import dataclass

from fer_web.core import Emotion

# Shorter ones are not spells: expressions that are meant to be seen last 0.5 to 4 s (Ekman 2003, "Emotions Revealed"),
# and the scores have been smoothed over 0.2 s.
SHORTEST_S = 1.0
# A break that is no longer than this (another expression, an uncertain moment, a lost face) does not end a spell.
BRIDGE_S = 0.5
# Two spells that are further apart than this are not one change.
CHANGE_WITHIN_S = 2.0
MOST_SPELLS = 500


@dataclass(frozen=True, slots=True)
class Spell:
    """An expression that stayed the most probable one, certainly, from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    emotion: Emotion

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class Spells:
    """One person's spells, found as their readings come.

    When there are more than `most`, the least length of a spell doubles and shorter ones are dropped; `shortest_s`
    says where it stands. `changes` counts from spell to spell all along, with the first least length.
    """

    def __init__(self, most: int = MOST_SPELLS) -> None:
        self.kept: list[Spell] = []
        self.shortest_s = SHORTEST_S
        self.changes = 0
        self._most = most
        self._open: Spell | None = None
        self._next: Spell | None = None
        self._before: Spell | None = None

    def add(self, start_s: float, end_s: float, emotion: Emotion | None) -> None:
        """A stretch of time in which `emotion` was the most probable one; None when the answer was uncertain."""
        if self._open is not None and start_s - self._open.end_s > BRIDGE_S:
            self._move_on()
        if self._open is not None and self._open.emotion is emotion:
            self._open, self._next = Spell(self._open.start_s, end_s, self._open.emotion), None
            return
        self._next = _continued(self._next, start_s, end_s, emotion)
        if self._open is None or end_s - self._open.end_s > BRIDGE_S:
            self._move_on()

    def finish(self) -> None:
        """No reading comes any more."""
        self._move_on()
        self._move_on()

    def _move_on(self) -> None:
        """The open spell has ended, what has begun since is open now."""
        if self._open is not None and self._open.duration_s >= SHORTEST_S:
            self._keep(self._open)
        self._open, self._next = self._next, None

    def _keep(self, spell: Spell) -> None:
        before = self._before
        if before and before.emotion is not spell.emotion and spell.start_s - before.end_s <= CHANGE_WITHIN_S:
            self.changes += 1
        self._before = spell
        if spell.duration_s >= self.shortest_s:
            self.kept.append(spell)
        while len(self.kept) > self._most:
            self.shortest_s *= 2
            self.kept = [kept for kept in self.kept if kept.duration_s >= self.shortest_s]


def _continued(running: Spell | None, start_s: float, end_s: float, emotion: Emotion | None) -> Spell | None:
    if emotion is None:
        return None
    is_same = running is not None and running.emotion is emotion
    return Spell(running.start_s if running and is_same else start_s, end_s, emotion)
