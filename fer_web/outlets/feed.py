"""What stands between cameras and an outlet: a bounded queue and a thread, so that nobody waits for a slow place."""

from __future__ import annotations

import logging
from collections import deque
from threading import Condition, Event, Thread

from fer_web.core.person_events import PersonEvent
from fer_web.errors import FerError
from fer_web.outlets.outlet import Delivery, Outlet, OutletKind

log = logging.getLogger(__name__)

# Events that wait for a place that is slow or gone: some hours of a door, 1 MB.
MOST_EVENTS = 1000
# Readings are worth something only while they are new.
MOST_FRAMES = 30
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0


class Feed:
    """Gives an outlet what it takes, one after another, from a thread of its own.

    `put` never waits: where too much waits, the oldest of its kind is dropped and counted. One condition guards the
    queues and the counts. What fails is counted and logged once, until it works again.
    """

    def __init__(
        self, kind: OutletKind, outlet: Outlet, *, most_events: int = MOST_EVENTS, most_frames: int = MOST_FRAMES
    ) -> None:
        self.kind = kind
        self.place = outlet.place
        self._outlet = outlet
        self._changed = Condition()
        self._events: deque[tuple[int, Delivery]] = deque()
        self._frames: deque[tuple[int, Delivery]] = deque()
        self._most_events, self._most_frames = most_events, most_frames
        self._serial = 0
        self._counts = {"sent": 0, "dropped": 0, "failed": 0}
        self._trouble: str | None = None
        self._stop = Event()
        self._thread = Thread(target=self._work, name=f"outlet-{kind.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, delivery: Delivery) -> None:
        """Hand something on, if the outlet takes its kind; returns at once."""
        if not isinstance(delivery, self.kind.takes) or self._stop.is_set():
            return
        is_event = isinstance(delivery, PersonEvent)
        queue, most = (self._events, self._most_events) if is_event else (self._frames, self._most_frames)
        with self._changed:
            self._serial += 1
            queue.append((self._serial, delivery))
            if len(queue) > most:
                queue.popleft()
                self._counts["dropped"] += 1
            self._changed.notify()

    def counts(self) -> dict[str, int]:
        """How much was sent, dropped because too much waited, and given up."""
        with self._changed:
            return dict(self._counts)

    @property
    def trouble(self) -> str | None:
        """Why the last one failed; None while it works."""
        return self._trouble

    def stop(self) -> None:
        """Send no more; returns at once. What still waits is dropped."""
        self._stop.set()
        with self._changed:
            self._counts["dropped"] += len(self._events) + len(self._frames)
            self._events.clear()
            self._frames.clear()
            self._changed.notify()

    def wait(self, timeout_s: float) -> bool:
        """Wait until an outlet that was stopped has let go of everything; whether it has in time."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            self._open()
            while (delivery := self._next()) is not None:
                self._try(delivery)
        except Exception:
            log.exception("The outlet %s ended", self._name)
        finally:
            self._close()

    def _open(self) -> None:
        pause_s = FIRST_PAUSE_S
        while not self._stop.is_set() and not self._is_opened():
            self._stop.wait(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    def _is_opened(self) -> bool:
        try:
            self._outlet.open()
        except FerError as error:
            self._complain(error)
            return False
        return True

    def _next(self) -> Delivery | None:
        """The oldest that waits; None when the feed was stopped."""
        with self._changed:
            self._changed.wait_for(lambda: self._events or self._frames or self._stop.is_set())
            waiting = [queue for queue in (self._events, self._frames) if queue]
            if not waiting or self._stop.is_set():
                return None
            return min(waiting, key=lambda queue: queue[0][0]).popleft()[1]

    def _try(self, delivery: Delivery) -> None:
        try:
            self._outlet.send(delivery, self._stop)
        except Exception as error:
            self._count("dropped" if self._stop.is_set() else "failed")
            self._complain(error)
        else:
            self._count("sent")
            if self._trouble is not None:
                log.info("The outlet %s works again", self._name)
            self._trouble = None

    def _count(self, what: str) -> None:
        with self._changed:
            self._counts[what] += 1

    def _complain(self, error: Exception) -> None:
        trouble = str(error) if isinstance(error, FerError) else f"{type(error).__name__}, see the log"
        if self._stop.is_set() or trouble == self._trouble:
            return
        self._trouble = trouble
        log.warning("The outlet %s: %s", self._name, trouble, exc_info=None if isinstance(error, FerError) else error)

    def _close(self) -> None:
        try:
            self._outlet.close()
        except Exception:
            log.exception("The outlet %s could not be closed", self._name)

    @property
    def _name(self) -> str:
        return f"{self.kind.name} ({self.place})"
