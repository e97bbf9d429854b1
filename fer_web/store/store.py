"""The store: everything that is kept, behind one value."""

from __future__ import annotations

import logging
from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta
from types import TracebackType

from fer_web.errors import StoreError
from fer_web.store.database import Database
from fer_web.store.jobs import KeptJobs
from fer_web.store.recordings import KeptRecordings
from fer_web.store.repository import now
from fer_web.store.studies import KeptStudies

log = logging.getLogger(__name__)


class Store:
    """`recordings`, `jobs` and `studies`; one store per process, which any thread may use.

    StoreError from every method when the database cannot be used, StoreFull when there is no space left. Nothing that
    was written before is lost by either.
    """

    def __init__(
        self, database: Database, *, keep: timedelta | None = None, clock: Callable[[], datetime] = now
    ) -> None:
        self._database = database
        self.recordings = KeptRecordings(database, clock, keep)
        self.jobs = KeptJobs(database, clock)
        self.studies = KeptStudies(database, clock)

    def of(self, owner: str | None) -> Store:
        """The same for who sees only what belongs to `owner`, None for the operator: all else does not exist here."""
        own = copy(self)
        own.recordings, own.jobs = self.recordings.of(owner), self.jobs.of(owner)
        own.studies = self.studies.of(owner)
        return own

    @classmethod
    def open(cls, url: str, *, keep: timedelta | None = None, clock: Callable[[], datetime] = now) -> Store:
        """With its tables made or brought up to date; StoreError when it cannot be used."""
        store = cls.lazy(url, keep=keep, clock=clock)
        store._database.open()
        return store

    @classmethod
    def lazy(cls, url: str, *, keep: timedelta | None = None, clock: Callable[[], datetime] = now) -> Store:
        """Opened by the first use; reading makes no file where nothing was ever written."""
        return cls(Database(url), keep=keep, clock=clock)

    @property
    def is_there(self) -> bool:
        """Whether there is a database already; with a server always."""
        return self._database.is_there

    def ensure_writable(self) -> None:
        """Make the database where there is none; StoreError when nothing can be kept in it."""
        with self._database.writing():
            pass

    def close(self) -> None:
        """Let go of the database; nothing can be used afterwards. What is still being recorded breaks off."""
        try:
            self.recordings.leave()
        except StoreError as error:
            log.error("Running recordings could not be marked as interrupted: %s", error)
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()
