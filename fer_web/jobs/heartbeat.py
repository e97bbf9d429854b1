"""Tells the store, once a second, that a worker lives and how far it is; learns from it whether to go on."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event, Thread
from types import TracebackType

from fer_web.core import Job
from fer_web.errors import StoreError
from fer_web.store import Store

log = logging.getLogger(__name__)

BEAT_S = 1.0
# An estimate from less work than this would jump about.
LEAST_S, LEAST_SHARE = 3.0, 0.01


class Heartbeat:
    """A thread of its own tells, so that loading a model or one hard picture is not taken for a death.

    `is_lost`: the job was canceled, or another worker has it now. A database that is away for a while changes nothing.
    """

    def __init__(self, store: Store, job: Job, worker: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.is_lost = False
        self._store = store
        self._job = job
        self._worker = worker
        self._clock = clock
        self._progress: float | None = None
        self._began: tuple[float, float] | None = None  # when the analysis began, and at which share
        self._over = Event()
        self._thread = Thread(target=self._beat, name="pulse", daemon=True)

    def advance(self, done_s: float, total_s: float | None) -> None:
        """So many seconds of the video have been analyzed."""
        if total_s is None or total_s <= 0:
            return
        self._progress = min(max(done_s / total_s, 0.0), 1.0)
        if self._began is None:
            self._began = (self._clock(), self._progress)

    @property
    def remaining_s(self) -> float | None:
        """How long it will still take at the pace so far; None while that cannot be said."""
        if self._progress is None or self._began is None:
            return None
        spent_s, share = self._clock() - self._began[0], self._progress - self._began[1]
        if spent_s < LEAST_S or share < LEAST_SHARE:
            return None
        return spent_s / share * (1 - self._progress)

    def tell(self) -> None:
        """Tell the store now."""
        try:
            is_mine = self._store.jobs.update(
                self._job.id, self._worker, progress=self._progress, remaining_s=self.remaining_s
            )
        except StoreError as error:
            log.warning("The progress of a video could not be saved: %s", error)
            return
        if not is_mine:
            self.is_lost = True

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(BEAT_S) and not self.is_lost:
            self.tell()
