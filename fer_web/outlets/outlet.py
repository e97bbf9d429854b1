"""What an outlet is: where results go that leave this machine. Numbers and words, never an image."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any, Protocol, TypeAlias

from fer_web.core import Face, Reading
from fer_web.core.movements import NAMES as MOVEMENTS
from fer_web.core.person_events import PersonEvent


@dataclass(frozen=True, slots=True)
class PersonReading:
    """One person at one moment: all measures, and the 52 movements in the order of `core.movements.NAMES`.

    `movements` is None where the landmarks are no mesh.
    """

    reading: Reading
    movements: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        if self.movements is not None and len(self.movements) != len(MOVEMENTS):
            raise ValueError(f"there are {len(MOVEMENTS)} movements, not {len(self.movements)}")

    @classmethod
    def of(cls, face: Face, time_s: float) -> PersonReading:
        """Of a face that is followed and classified."""
        moves = None if face.movements is None else tuple(float(value) for value in face.movements)
        return cls(Reading.of(face, time_s), moves)


@dataclass(frozen=True, slots=True)
class FrameReadings:
    """Everybody in one analyzed frame of a camera, perhaps nobody; frames come at `fps`.

    `time_s` is when it was captured by this machine's monotonic clock (`time.monotonic`), `time_utc` the same in UTC.
    """

    camera: str
    time_s: float
    time_utc: datetime
    fps: float
    people: tuple[PersonReading, ...] = ()


# What outlets get, in the order in which it happened.
Delivery: TypeAlias = PersonEvent | FrameReadings


class Outlet(Protocol):
    """One way out, to one place. All its methods but `test` are called by the thread of its feed, one after another."""

    @property
    def place(self) -> str:
        """Where it sends, for people: no user, password, key or path."""

    def open(self) -> None:
        """Get ready; OutletError is tried again after a pause."""

    def send(self, delivery: Delivery, stop: Event) -> None:
        """Send one delivery, and return when it has arrived; OutletError when that is given up.

        Whatever waits, waits on `stop`, which is set when the service ends.
        """

    def close(self) -> None:
        """Let go of everything; called once, also when `open` has failed."""

    def test(self) -> str:
        """Send something that a person recognizes, without a feed, and say what happened in a sentence.

        OutletError says what to do.
        """


def _none(_: Any) -> Iterator[str]:
    return iter(())


@dataclass(frozen=True, slots=True)
class OutletKind:
    """A line of `OUTLETS`: what `FER_OUTLETS=name` turns on.

    `make` answers an outlet for each place out of the settings, of which it takes what it needs; `problems` says what
    is wrong with them, a sentence each. `takes` is what is sent: `PersonEvent`, `FrameReadings` or both. `package` is
    what has to be installed, as Python imports it, and `extra` what installs it. `told` says what is sent, where
    that is not simply all that it takes.
    """

    name: str
    meaning: str
    make: Callable[[Any], tuple[Outlet, ...]]
    takes: tuple[type, ...]
    package: str = ""
    extra: str = ""
    problems: Callable[[Any], Iterator[str]] = _none
    told: str = ""

    @property
    def sends(self) -> str:
        """What is sent, for people."""
        if self.told:
            return self.told
        words = {PersonEvent: "events of people", FrameReadings: "the readings of every frame"}
        return " and ".join(words[kind] for kind in self.takes)
