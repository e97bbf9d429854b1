"""People who bring their own camera: a place for each, an analysis of their own, forgotten when they leave."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from threading import Event, Lock, RLock, Timer
from types import TracebackType
from typing import Generic

from fer_web.core import Frame, Pixels
from fer_web.errors import BusyError, NoVisit, OneAtATime
from fer_web.live.pace import Rate
from fer_web.live.parts import LiveResult, R
from fer_web.live.turns import ServedTime, Turns

# A visitor who sends nothing for this long has left.
VISIT_SILENCE_S = 10.0
# Cameras deliver 30 frames a second; what comes faster waits, so that a flood costs its sender's time and not ours.
MAX_FPS = 40.0
RETRY_S = 5
ID_BYTES = 24


class Visit(Generic[R]):
    """One visitor's stay. Any thread may bring a frame, one at a time.

    Frames are dated by this machine's clock as they arrive, so that durations are right at any frame rate.
    """

    def __init__(self, room: Visits[R], analyze: Callable[[Frame], R], on_end: Callable[[], None]) -> None:
        self.id = secrets.token_urlsafe(ID_BYTES)
        self._room = room
        self._analyze: Callable[[Frame], R] | None = analyze
        self._on_end = on_end
        self._listener: Callable[[LiveResult[R]], None] | None = None
        self._on_close: Callable[[], None] = lambda: None
        self._clock = room.clock
        self._started_s = self._due_s = self.seen_s = self._clock()
        self._rate = Rate(self._clock)
        self._index = 0
        self._share = ServedTime()
        self._one_at_a_time = Lock()
        self._over = Event()

    @property
    def is_over(self) -> bool:
        """Whether the visitor has left, was silent for too long, or the service is stopping."""
        return self._over.is_set()

    @property
    def is_busy(self) -> bool:
        """Whether a frame is being analyzed."""
        return self._one_at_a_time.locked()

    def see(self, read: Callable[[], Pixels]) -> LiveResult[R]:
        """What there is in a frame that has just arrived; `read` decodes it, when it is this visitor's turn.

        What `read` raises ends nothing. RequestError: another frame is still being analyzed, or the visit is over.
        """
        if not self._one_at_a_time.acquire(blocking=False):
            raise OneAtATime()
        try:
            arrived_s = self._clock()
            early_s = self._due_s - arrived_s
            if early_s > 0:
                self._over.wait(early_s)
            self._due_s = max(arrived_s, self._due_s) + 1 / self._room.max_fps
            return self._room.turns.run(self._share, lambda: self._outcome(read, arrived_s))
        finally:
            self.seen_s = self._clock()
            self._one_at_a_time.release()

    def _outcome(self, read: Callable[[], Pixels], arrived_s: float) -> LiveResult[R]:
        analyze = self._analyze
        if analyze is None:
            raise NoVisit()
        frame = Frame(self._index, arrived_s - self._started_s, read())
        self._index += 1
        result = analyze(frame)
        self._room.tell(result)
        outcome = LiveResult(frame, result, self._rate.tick(), (self._clock() - arrived_s) * 1000, arrived_s)
        if self._listener is not None:
            self._listener(outcome)
        return outcome

    def listen(self, on_outcome: Callable[[LiveResult[R]], None], on_close: Callable[[], None]) -> None:
        """Call `on_outcome` with every outcome from now on, and `on_close` at the end, instead of earlier ones.

        RequestError when the visit is over.
        """
        self._listener, self._on_close = on_outcome, on_close
        if self.is_over:
            raise NoVisit()

    def close(self) -> None:
        """Leave: the analysis and all that it remembers is let go; more than once does no harm."""
        self._over.set()
        self._analyze = None
        self._room.remove(self)
        self._on_close()

    def end(self) -> None:
        """Make the visitor leave, and let whoever serves them know."""
        self.close()
        self._on_end()

    def __enter__(self) -> Visit[R]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


class Visits(Generic[R]):
    """`places` visitors at most; one more gets BusyError. Their frames are analyzed in `workers` threads, by turns.

    `analyze()` makes a visitor's analysis, `on_result` gets every result. Any thread may call anything; one lock
    guards the visits and the timer that ends those of silent visitors.
    """

    def __init__(
        self,
        analyze: Callable[[], Callable[[Frame], R]],
        *,
        places: int,
        workers: int,
        on_result: Callable[[R], None] = lambda _: None,
        silence_s: float = VISIT_SILENCE_S,
        max_fps: float = MAX_FPS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.places, self.silence_s, self.max_fps, self.clock = places, silence_s, max_fps, clock
        self.turns = Turns(workers)
        self._new_analysis = analyze
        self._on_result = on_result
        self._lock = RLock()
        self._visits: dict[str, Visit[R]] = {}
        self._frames = 0
        self._timer: Timer | None = None
        self._is_closed = False

    def enter(self, on_end: Callable[[], None] = lambda: None) -> Visit[R]:
        """A place, until it is closed; `on_end` is called when we end the visit, from another thread.

        BusyError when there is none, and what making an analysis raises.
        """
        self._check_room()
        analyze = self._new_analysis()
        with self._lock:
            self._check_room()
            visit = Visit(self, analyze, on_end)
            self._visits[visit.id] = visit
            self._set_timer()
            return visit

    def find(self, visit_id: str) -> Visit[R]:
        """The visit of that id, which only its visitor knows; RequestError when there is none (any more)."""
        with self._lock:
            visit = self._visits.get(visit_id)
        if visit is None:
            raise NoVisit("no such visit; it may have ended: start another one")
        return visit

    def counts(self) -> dict[str, int]:
        """How many are here now, and how many frames of visitors have been analyzed."""
        return {"visitors": len(self._visits), "visitor_frames": self._frames}

    def end_silent(self) -> None:
        """End the visits of those who have sent nothing for too long."""
        now_s = self.clock()
        with self._lock:
            gone = [visit for visit in self._visits.values() if _is_silent(visit, now_s, self.silence_s)]
        for visit in gone:
            visit.end()

    def close(self) -> None:
        """End all visits; nobody can enter afterwards. Returns at once."""
        with self._lock:
            self._is_closed = True
            visits = list(self._visits.values())
            if self._timer is not None:
                self._timer.cancel()
        for visit in visits:
            visit.end()
        self.turns.close()

    def tell(self, result: R) -> None:
        """Called by visits for every result."""
        with self._lock:
            self._frames += 1
        self._on_result(result)

    def remove(self, visit: Visit[R]) -> None:
        """Called by a visit that ends."""
        with self._lock:
            self._visits.pop(visit.id, None)

    def _check_room(self) -> None:
        if self._is_closed:
            raise BusyError("the service is stopping", RETRY_S)
        if not self.places:
            raise BusyError("this service does not analyze visitors' cameras (FER_MAX_VISITORS is 0)", 3600)
        if len(self._visits) >= self.places:
            count = "the only place" if self.places == 1 else f"all {self.places} places"
            raise BusyError(f"{count} for visitors' cameras are taken; try again in {RETRY_S} s", RETRY_S)

    def _set_timer(self) -> None:
        """Look for the silent when the first of them can be."""
        if self._timer is None and self._visits and not self._is_closed:
            first_s = min(visit.seen_s for visit in self._visits.values()) + self.silence_s
            self._timer = Timer(max(0.1, first_s - self.clock()), self._on_timer)
            self._timer.daemon = True
            self._timer.start()

    def _on_timer(self) -> None:
        self.end_silent()
        with self._lock:
            self._timer = None
            self._set_timer()


def _is_silent(visit: Visit[R], now_s: float, silence_s: float) -> bool:
    return not visit.is_busy and now_s - visit.seen_s >= silence_s
