"""A recording: what faces show over time, handed on about once a second, so that a crash loses no more than that."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Condition, Thread
from typing import Any, Literal, Protocol, TypeAlias

from fer_web.core import FrameResult, Marker, Reading, Size
from fer_web.core.readings import COUNTERS
from fer_web.errors import FerError, NoRecording, TooManyMarkers
from fer_web.live.pace import INTERRUPTION_S, Complaints
from fer_web.live.parts import LiveResult

log = logging.getLogger(__name__)

# What a crash may lose.
WRITE_EVERY_S = 1.0
# About ten minutes of two people at 30 pictures a second, 30 MB: what may wait for a store that cannot be written.
MOST_WAITING = 36_000
# How long the end of a recording is tried to be written.
END_PATIENCE_S = 60.0
MOST_MARKERS = 1000

Status: TypeAlias = Literal["recording", "ending", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class Facts:
    """How long a recording is so far, how many pictures a second were analyzed, their size; (0, 0) before the first."""

    duration_s: float
    fps: float
    size: Size


class Sink(Protocol):
    """Where a recording goes. What raises has written nothing, and is tried again."""

    def write(self, readings: Sequence[Reading], facts: Facts) -> None:
        """Keep readings, later ones than those before."""

    def mark(self, marker: Marker) -> None:
        """Keep a marker."""

    def finish(self, facts: Facts, trouble: str | None) -> None:
        """There will be no more; `trouble` says why that came early."""


@dataclass(frozen=True, slots=True)
class RecordingProgress:
    """How a recording is doing: `trouble` is why it ended early, or why nothing can be written now."""

    status: Status
    facts: Facts
    readings: int
    people: int
    markers: tuple[Marker, ...]
    trouble: str | None


class Recorder:
    """Takes results until it is stopped, and hands their readings to `sink` from a thread of its own.

    Any thread may call anything; the condition guards all fields, and is not held while the sink works. While the sink
    fails, what waits is kept and tried again; when too much waits, the recording ends. Times count from its start.
    """

    def __init__(
        self,
        sink: Sink,
        *,
        max_s: float,
        every_s: float = WRITE_EVERY_S,
        most_waiting: int = MOST_WAITING,
        end_patience_s: float = END_PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._sink, self._max_s, self._every_s = sink, max_s, every_s
        self._most_waiting, self._end_patience_s, self._clock = most_waiting, end_patience_s, clock
        self._started_s = clock()
        self._ended_s: float | None = None
        self._pace = _FrameRate()
        self._size: Size = (0, 0)
        self._people: set[int] = set()
        self._counts = _CountsFromHere()
        self._count = 0
        self._waiting: list[Reading] = []
        self._waiting_markers: list[Marker] = []
        self._markers: tuple[Marker, ...] = ()
        self._reason: str | None = None  # why it ended early
        self._failure: str | None = None  # why nothing can be written now
        self._status: Status = "recording"
        self._changed = Condition()
        self._complaints = Complaints(log)
        self._thread = Thread(target=self._work, name="recorder", daemon=True)
        self._thread.start()

    @property
    def is_over(self) -> bool:
        """Whether it takes no more results."""
        return self._ended_s is not None

    @property
    def is_done(self) -> bool:
        """Whether its end was written, or is not tried any more."""
        return not self._thread.is_alive()

    @property
    def progress(self) -> RecordingProgress:
        with self._changed:
            trouble = self._failure or self._reason
            return RecordingProgress(
                self._status, self._facts(), self._count, len(self._people), self._markers, trouble
            )

    def take(self, outcome: LiveResult[FrameResult]) -> None:
        """The readings of a result's people who are followed and classified; a result from before the start has none.

        Results come in the order of their frames.
        """
        time_s = outcome.captured_s - self._started_s
        faces = [face for face in outcome.result.faces if face.track_id is not None and face.scores is not None]
        readings = [Reading.of(face, time_s) for face in faces]
        with self._changed:
            if self.is_over or not 0 <= time_s <= self._max_s:
                return
            self._pace.tick(time_s)
            self._size = outcome.frame.size
            self._count += len(readings)
            self._people.update(reading.track_id for reading in readings)
            self._waiting += map(self._counts.of, readings)
            if len(self._waiting) > self._most_waiting:
                self._end(f"it ended because nothing more could be written ({self._failure or 'too slow'})")

    def mark(self, text: str, at_s: float | None = None) -> Marker:
        """A note at this moment, or `at_s` before the first one; RequestError when the recording is over, or has a
        thousand of them.
        """
        with self._changed:
            if self.is_over:
                raise NoRecording("this recording has ended")
            if len(self._markers) >= MOST_MARKERS:
                raise TooManyMarkers(f"a recording can have at most {MOST_MARKERS} markers")
            marker = Marker(round(self._elapsed_s() if at_s is None else at_s, 3), text)
            self._markers += (marker,)
            self._waiting_markers.append(marker)
            return marker

    def stop(self, reason: str | None = None) -> None:
        """Take no more, and have the rest written; `reason` is for an end that nobody asked for. Returns at once."""
        with self._changed:
            if not self.is_over:
                self._end(reason)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until it is done; whether it was in time."""
        self._thread.join(timeout_s)
        return self.is_done

    def _end(self, reason: str | None) -> None:
        self._ended_s = min(self._clock() - self._started_s, self._max_s)
        self._reason = reason
        self._status = "ending"
        self._changed.notify_all()

    def _elapsed_s(self) -> float:
        return self._clock() - self._started_s if self._ended_s is None else self._ended_s

    def _facts(self) -> Facts:
        return Facts(round(self._elapsed_s(), 3), round(self._pace.fps, 3), self._size)

    def _work(self) -> None:
        while not self.is_over:
            with self._changed:
                self._changed.wait_for(lambda: self.is_over, self._every_s)
                if not self.is_over and self._elapsed_s() >= self._max_s:
                    self._end(f"it stopped by itself after {self._max_s / 60:.0f} minutes, the maximum length")
            self._try(self._write)
        limit_s = time.monotonic() + self._end_patience_s
        while not self._try(self._finish) and time.monotonic() < limit_s and self._status == "ending":
            with self._changed:
                self._changed.wait(self._every_s)
        with self._changed:
            self._status = "failed" if self._failure else "finished"

    def _try(self, work: Callable[[], None]) -> bool:
        """Whether it could be done; if not, the failure is reported, and what waits goes on waiting."""
        failure: str | None = None
        try:
            work()
        except NoRecording as error:  # the recording was deleted: there is nothing to try again
            failure = str(error)
            self.stop(failure)
            with self._changed:
                self._status = "failed"
        except Exception as error:
            self._complaints.about("Writing a recording", error)
            failure = str(error) if isinstance(error, FerError) else "writing failed, see the log"
        with self._changed:
            self._failure = failure
        return failure is None

    def _write(self) -> None:
        with self._changed:
            readings, facts, markers = tuple(self._waiting), self._facts(), tuple(self._waiting_markers)
        self._sink.write(readings, facts)
        with self._changed:
            del self._waiting[: len(readings)]
        for marker in markers:
            self._sink.mark(marker)
            with self._changed:
                del self._waiting_markers[0]

    def _finish(self) -> None:
        self._write()
        with self._changed:
            facts, reason = self._facts(), self._reason
        self._sink.finish(facts, reason)


class _CountsFromHere:
    """A recording's blinks and nods are those since it began, however long the people have been there."""

    def __init__(self) -> None:
        self._before: dict[int, dict[str, int]] = {}

    def of(self, reading: Reading) -> Reading:
        before = self._before.setdefault(reading.track_id, {})
        since: dict[str, Any] = {}
        for name in COUNTERS:
            count = getattr(reading, name)
            if count is not None:
                first = before.setdefault(name, count)
                before[name] = first if count >= first else 0  # it was begun anew
                since[name] = count - before[name]
        return replace(reading, **since)


class _FrameRate:
    """How many pictures a second came while they came: gaps in which a camera was lost do not count."""

    def __init__(self) -> None:
        self._last_s: float | None = None
        self._spent_s = 0.0
        self._intervals = 0

    @property
    def fps(self) -> float:
        return self._intervals / self._spent_s if self._spent_s > 0 else 0.0

    def tick(self, time_s: float) -> None:
        interval_s = INTERRUPTION_S if self._last_s is None else time_s - self._last_s
        if interval_s < INTERRUPTION_S:
            self._spent_s += interval_s
            self._intervals += 1
        self._last_s = time_s
