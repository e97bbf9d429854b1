"""Keeps the store tidy: recordings that are too old, or too long in the trash, go; those that broke off say so."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Event, Thread

from fer_web.errors import FerError
from fer_web.store.recording import TRASH
from fer_web.store.repository import now
from fer_web.store.store import Store

log = logging.getLogger(__name__)

EVERY_S = 3600.0


class Retention:
    """Tidies `store` at once and then every hour, in a thread of its own; `keep` is None for no end.

    `also(before)` is called with the same moment, for what else is kept that long. A failure is logged, and the next
    hour is another chance. Where nothing was ever stored, nothing is done or made.
    """

    def __init__(
        self,
        store: Store,
        keep: timedelta | None,
        *,
        also: Callable[[datetime], object] = lambda _: None,
        every_s: float = EVERY_S,
        clock: Callable[[], datetime] = now,
    ) -> None:
        self._store, self._keep, self._also = store, keep, also
        self._every_s, self._clock = every_s, clock
        self._stop = Event()
        self._thread: Thread | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        if self._thread is None and not self._stop.is_set():
            self._thread = Thread(target=self._work, name="retention", daemon=True)
            self._thread.start()

    def tidy(self) -> int:
        """Do it now; how many recordings were removed."""
        if not self._store.is_there:
            return 0
        lost = self._store.recordings.recover()
        if lost:
            log.warning("Recordings interrupted because the program ended: %d", lost)
        removed = self._store.recordings.empty_trash(self._clock() - TRASH)
        if self._keep is None:
            return removed
        before = self._clock() - self._keep
        removed += self._store.recordings.purge(before)
        self._also(before)
        if removed:
            log.info("Recordings deleted that had expired: %d", removed)
        return removed

    def close(self) -> None:
        """End it, waiting for what it is just doing, for a second at most."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self.tidy()
            except FerError as error:
                log.error("Looking for expired recordings failed: %s", error)
            except Exception:  # the next hour is another chance
                log.exception("Looking for expired recordings failed")
            self._stop.wait(self._every_s)
