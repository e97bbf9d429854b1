"""Stretches: for how long something stays as it is, such as an expression, a smile or a look away."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

# Expressions that are meant to be seen last 0.5 to 4 s (Ekman 2003, "Emotions Revealed"). Shorter ones are not
# sustained; a smile or a look away is one from the half second on.
SUSTAINED_S = 1.0
SHORTEST_S = 0.5
# A break that is no longer than this (something else, an uncertain moment, a lost face) does not end a stretch.
BRIDGE_S = 0.5
# Two stretches that are further apart than this are not one change.
CHANGE_WITHIN_S = 2.0
MOST_STRETCHES = 500

What = TypeVar("What", bound=Hashable)
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Stretch(Generic[What]):
    """Something that lasted from `start_s` to `end_s`."""

    start_s: float
    end_s: float
    what: What

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


class Stretches(Generic[What]):
    """One person's stretches, found as their readings come. Something else ends one when it lasts longer than
    `glance_s`, an absence or what is not known when it lasts longer than `BRIDGE_S`. What is False is never kept.

    `kept` are the stretches of `shortest_s` or longer. When there are more than `most`, that least length doubles and
    shorter ones are dropped. `count`, `total_s`, `first` and `changes` (from one stretch to the next) are of all of
    them.
    """

    def __init__(self, shortest_s: float = SHORTEST_S, most: int = MOST_STRETCHES, glance_s: float = BRIDGE_S) -> None:
        self.kept: list[Stretch[What]] = []
        self.shortest_s = self._least_s = shortest_s
        self.count = self.changes = 0
        self.total_s = 0.0
        self.first: Stretch[What] | None = None
        self._most, self._glance_s = most, glance_s
        self._open: Stretch[What] | None = None
        self._next: Stretch[What] | None = None
        self._before: Stretch[What] | None = None

    def add(self, start_s: float, end_s: float, what: What | None) -> None:
        """A time in which `what` was the case; None when nothing is known, or nothing of interest."""
        if self._open is not None and start_s - self._open.end_s > BRIDGE_S:
            self._move_on()
        if self._open is not None and self._open.what == what:
            self._open, self._next = Stretch(self._open.start_s, end_s, self._open.what), None
            return
        self._next = _continued(self._next, start_s, end_s, what)
        if self._open is None or end_s - self._open.end_s > (BRIDGE_S if what is None else self._glance_s):
            self._move_on()

    def finish(self) -> None:
        """No reading comes any more."""
        self._move_on()
        self._move_on()

    def _move_on(self) -> None:
        """The open stretch has ended, what has begun since is open now."""
        if self._open is not None and self._open.what is not False and self._open.duration_s >= self._least_s:
            self._keep(self._open)
        self._open, self._next = self._next, None

    def _keep(self, stretch: Stretch[What]) -> None:
        before = self._before
        if before and before.what != stretch.what and stretch.start_s - before.end_s <= CHANGE_WITHIN_S:
            self.changes += 1
        self._before = stretch
        self.first = self.first or stretch
        self.count += 1
        self.total_s += stretch.duration_s
        if stretch.duration_s >= self.shortest_s:
            self.kept.append(stretch)
        while len(self.kept) > self._most:
            self.shortest_s *= 2
            self.kept = [kept for kept in self.kept if kept.duration_s >= self.shortest_s]


def _continued(running: Stretch[What] | None, start_s: float, end_s: float, what: What | None) -> Stretch[What] | None:
    if what is None:
        return None
    is_same = running is not None and running.what == what
    return Stretch(running.start_s if running and is_same else start_s, end_s, what)


def joined(
    starts_s: Sequence[float], ends_s: Sequence[float], values: Sequence[Value]
) -> Iterator[tuple[float, float, Value]]:
    """Times that follow each other with the same value, as one: from, to, and the value."""
    begun = 0
    for place in range(1, len(values) + 1):
        if place == len(values) or values[place] != values[begun] or starts_s[place] > ends_s[place - 1]:
            yield starts_s[begun], ends_s[place - 1], values[begun]
            begun = place
