"""From readings to events of people: who came, changed their expression, blinked and left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from fer_web.core.emotion import Emotion
from fer_web.core.person_events import Appeared, Blinked, Changed, Left, PersonEvent
from fer_web.core.readings import Reading

# A face that is there for less is often none.
SETTLED_S = 0.5
# An expression that passes sooner is no news.
HELD_S = 1.0
# A person who turns away for a moment has not left.
AWAY_S = 2.0
# Blinks a minute of a shorter stay say little.
RATE_FROM_S = 10.0


class PeopleWatch:
    """One camera's people. Give it every moment's readings, also when there are none: leaving is noticed by that.

    It belongs to one thread, and forgets who has left. An event may be told up to `AWAY_S` after it happened.
    """

    def __init__(self, camera: str) -> None:
        self._camera = camera
        self._stays: dict[int, _Stay] = {}

    def take(self, readings: Sequence[Reading], time_s: float, time_utc: datetime) -> tuple[PersonEvent, ...]:
        """What has happened by `time_s`, when that is `time_utc`: the readings are of that moment."""
        now = _Now(self._camera, time_s, time_utc)
        told = list(self._gone(now, AWAY_S))
        for reading in readings:
            stay = self._stays.get(reading.track_id)
            if stay is None:
                self._stays[reading.track_id] = stay = _Stay(reading.track_id, time_s, reading)
            told += stay.go_on(reading, now)
        return tuple(told)

    def end(self, time_s: float, time_utc: datetime) -> tuple[PersonEvent, ...]:
        """Everybody has left, because nobody watches any more."""
        return tuple(self._gone(_Now(self._camera, time_s, time_utc), 0.0))

    def _gone(self, now: _Now, away_s: float) -> Iterator[PersonEvent]:
        gone = [stay for stay in self._stays.values() if now.time_s - stay.last_s >= away_s]
        for stay in gone:
            del self._stays[stay.track_id]
            if stay.is_told:
                yield stay.left(now)


@dataclass(frozen=True, slots=True)
class _Now:
    camera: str
    time_s: float
    time_utc: datetime

    def at(self, time_s: float, track_id: int) -> dict[str, Any]:
        """The fields that all events have, of an earlier moment."""
        time_utc = self.time_utc - timedelta(seconds=self.time_s - time_s)
        return {"camera": self.camera, "track_id": track_id, "time_s": time_s, "time_utc": time_utc}


@dataclass(slots=True)
class _RisingCount:
    """A count that only rises while somebody is followed, and begins anew when they are found again."""

    last: int
    count: int = 0

    def rise(self, value: int | None) -> int:
        """By how much it has risen."""
        if value is None:
            return 0
        risen = value - self.last if value >= self.last else value
        self.last = value
        self.count += risen
        return risen


@dataclass(slots=True)
class _Stay:
    """One person from coming to leaving; `expression` is the last one that was told."""

    track_id: int
    came_s: float
    first: Reading
    last_s: float = 0.0
    is_told: bool = False
    expression: Emotion | None = None
    showing: Emotion | None = None
    showing_since_s: float = 0.0
    spent_s: dict[Emotion, float] = field(default_factory=dict)
    looked_s: float = 0.0
    judged_s: float = 0.0
    counts: dict[str, _RisingCount] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.last_s = self.showing_since_s = self.came_s
        names = ("blink_count", "nod_count", "shake_count")
        self.counts = {name: _RisingCount(getattr(self.first, name) or 0) for name in names}

    def go_on(self, reading: Reading, now: _Now) -> Iterator[PersonEvent]:
        self._spend(now.time_s - self.last_s, reading)
        self._show(None if reading.uncertain else reading.dominant_emotion, now.time_s)
        self.last_s = now.time_s
        if not self.is_told:
            if now.time_s - self.came_s < SETTLED_S:
                return
            self.is_told = True
            yield Appeared(**now.at(self.came_s, self.track_id))
        yield from self._changed(now)
        yield from self._blinked(reading, now)
        for name in ("nod_count", "shake_count"):
            self.counts[name].rise(getattr(reading, name))

    def left(self, now: _Now) -> Left:
        stay_s, certain_s = self.last_s - self.came_s, sum(self.spent_s.values())
        shares = {emotion: self.spent_s.get(emotion, 0.0) / (certain_s or 1.0) for emotion in Emotion}
        blinks = self.counts["blink_count"].count
        return Left(
            **now.at(self.last_s, self.track_id),
            stay_s=stay_s,
            blink_count=blinks,
            blinks_per_minute=60 * blinks / stay_s if stay_s >= RATE_FROM_S else None,
            nod_count=self.counts["nod_count"].count,
            shake_count=self.counts["shake_count"].count,
            looked_share=self.looked_s / self.judged_s if self.judged_s else None,
            main_emotion=max(self.spent_s, key=self.spent_s.__getitem__) if self.spent_s else None,
            **_named(shares),
        )

    def _spend(self, spent_s: float, reading: Reading) -> None:
        if not reading.uncertain and spent_s > 0:
            emotion = reading.dominant_emotion
            self.spent_s[emotion] = self.spent_s.get(emotion, 0.0) + spent_s
        if reading.is_looking is not None:
            self.judged_s += spent_s
            self.looked_s += spent_s if reading.is_looking else 0.0

    def _show(self, emotion: Emotion | None, time_s: float) -> None:
        if emotion is not self.showing:
            self.showing, self.showing_since_s = emotion, time_s

    def _changed(self, now: _Now) -> Iterator[PersonEvent]:
        held_s = now.time_s - self.showing_since_s
        if self.showing is not None and self.showing is not self.expression and held_s >= HELD_S:
            before, self.expression = self.expression, self.showing
            at = now.at(self.showing_since_s, self.track_id)
            yield Changed(**at, dominant_emotion=self.showing, emotion_before=before)

    def _blinked(self, reading: Reading, now: _Now) -> Iterator[PersonEvent]:
        counted = self.counts["blink_count"]
        before = counted.count
        for more in range(1, 1 + counted.rise(reading.blink_count)):
            yield Blinked(**now.at(now.time_s, self.track_id), blink_count=before + more)


def _named(shares: Mapping[Emotion, float]) -> dict[str, Any]:
    return {f"{emotion}_share": share for emotion, share in shares.items()}
