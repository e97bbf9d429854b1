"""What happened when: everybody's expressions, blinks and movements with their beginnings and ends, and the markers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from fer_web.core import Marker, Reading, Recording
from fer_web.reports.movements import MOUTH_OPEN, SMILING
from fer_web.reports.person import PersonSummary
from fer_web.reports.summary import Summary, summarize

# Of each kind and person, of more the longest: six hours of one a second have 21,600.
MOST_SPELLS = 100_000
# Eyes that opened longer ago than a blink lasts (`vision.blink_detector`) are another matter.
LONGEST_BLINK_S = 0.75

SEEN, EXPRESSION, BLINK, NOD, SHAKE, MARKER = "seen", "expression", "blink", "nod", "shake", "marker"
SMILE, OPEN_MOUTH, LOOK_AWAY, TURNED_ASIDE = "smile", "mouth_open", "look_away", "turned_aside"
# By name, what each kind means.
KINDS = {
    SEEN: "A person is in the picture, from when they are first seen to when they are last seen",
    EXPRESSION: "One expression is the most probable for a second or longer",
    BLINK: "The eyes are shut for a blink",
    SMILE: "The corners of the mouth are drawn up, against the person's own rest",
    OPEN_MOUTH: "The mouth is open, as in speaking, against the person's own rest",
    LOOK_AWAY: "The person does not look at the camera",
    TURNED_ASIDE: "The head does not point at the camera",
    NOD: "A nod ends",
    SHAKE: "A shake of the head ends",
    MARKER: "Somebody noted something",
}
_BEHAVIOR = {SMILE: SMILING, OPEN_MOUTH: MOUTH_OPEN, LOOK_AWAY: "away", TURNED_ASIDE: "aside"}
_COUNTED = {BLINK: "blink_count", NOD: "nod_count", SHAKE: "shake_count"}


@dataclass(frozen=True, slots=True)
class Spell:
    """Something of one of `KINDS` that begins at `start_s`; `end_s` is None where only a moment is known.

    `track_id` is None for what is about nobody in particular. `text` is the expression, or what was noted.
    """

    kind: str
    start_s: float
    end_s: float | None = None
    track_id: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Happenings:
    """The spells of a recording: by person, in the order of their coming, and what was noted."""

    recording: Recording
    duration_s: float
    people: dict[int, tuple[Spell, ...]]
    markers: tuple[Marker, ...]

    @property
    def in_order(self) -> list[Spell]:
        """All of them, in the order of time."""
        noted = [
            Spell(MARKER, float(marker.time_s), float(marker.time_s), None, marker.text) for marker in self.markers
        ]
        every = [*noted, *(spell for spells in self.people.values() for spell in spells)]
        return sorted(every, key=lambda one: (one.start_s, -1 if one.track_id is None else one.track_id))


def happenings(recording: Recording, readings: Iterable[Reading]) -> Happenings:
    """Everything that the report knows, of the people whom it shows, in one pass."""
    counts: dict[int, _CountedSpells] = {}
    summary = summarize(recording, _watched(readings, counts), MOST_SPELLS)
    people = {person.track_id: _spells(person, counts[person.track_id].found) for person in summary.people}
    return Happenings(recording, summary.duration_s, people, _markers(summary))


def _markers(summary: Summary) -> tuple[Marker, ...]:
    return tuple(sorted(summary.recording.markers, key=lambda marker: marker.time_s))


def _spells(person: PersonSummary, counted: list[Spell]) -> tuple[Spell, ...]:
    track = person.track_id
    spells = [Spell(SEEN, person.first_s, person.last_s, track)]
    spells += [Spell(EXPRESSION, one.start_s, one.end_s, track, one.what.value) for one in person.sustained]
    for kind, name in _BEHAVIOR.items():
        spells += [Spell(kind, one.start_s, one.end_s, track) for one in person.behavior[name].stretches]
    spells += [one for one in counted if one.start_s >= person.first_s]  # who was forgotten counts anew
    return tuple(sorted(spells, key=lambda one: one.start_s))


def _watched(readings: Iterable[Reading], counts: dict[int, _CountedSpells]) -> Iterator[Reading]:
    """The same readings; on their way, what they count is noted."""
    for reading in readings:
        counts.setdefault(reading.track_id, _CountedSpells()).add(reading)
        yield reading


@dataclass(slots=True)
class _CountedSpells:
    """What one person's readings count: blinks with the time of shut eyes before them, nods and shakes."""

    found: list[Spell] = field(default_factory=list)
    _before: Reading | None = None
    _shut_s: float | None = None
    _shut: tuple[float, float] | None = None

    def add(self, reading: Reading) -> None:
        """The person's next reading."""
        self._follow_eyes(reading)
        if self._before is not None:
            for kind, name in _COUNTED.items():
                rise = _rise(getattr(self._before, name), getattr(reading, name))
                spell = self._spell(kind, self._before, reading)
                self.found += [spell] * min(rise, MOST_SPELLS - len(self.found))
        self._before = reading

    def _follow_eyes(self, reading: Reading) -> None:
        if reading.eyes_open is False:
            self._shut_s = reading.time_s if self._shut_s is None else self._shut_s
            return
        if self._shut_s is not None:
            self._shut = (self._shut_s, reading.time_s)
        self._shut_s = None

    def _spell(self, kind: str, before: Reading, reading: Reading) -> Spell:
        if kind != BLINK:
            return Spell(kind, reading.time_s, None, reading.track_id)
        start_s, end_s = self._last_shut(before, reading)
        return Spell(kind, start_s, end_s, reading.track_id)

    def _last_shut(self, before: Reading, reading: Reading) -> tuple[float, float]:
        """When the eyes were shut for the blink that has ended; between two frames, where none shows them so."""
        now_s = reading.time_s
        if self._shut_s is not None and self._shut_s < now_s:
            return self._shut_s, now_s
        if self._shut is not None and now_s - self._shut[1] <= LONGEST_BLINK_S:
            return self._shut
        return max(before.time_s, now_s - LONGEST_BLINK_S), now_s


def _rise(before: int | None, count: int | None) -> int:
    """By how much a counter has risen; one that falls was begun anew."""
    known = count or 0
    return known - (before or 0) if known >= (before or 0) else known
