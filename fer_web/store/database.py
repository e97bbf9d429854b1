"""A database as the repositories use it: opened when it is first needed, one transaction at a time, errors told."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import ConnectionPoolEntry

from fer_web.errors import StoreError, StoreFull, StoreReadOnly
from fer_web.store.address import connect_arguments, parse_address, shown
from fer_web.store.migrating import check, migrate
from fer_web.store.presence import Presence
from fer_web.store.reading_only import reading_engine
from fer_web.store.reserve import Reserve
from fer_web.store.troubles import telling

T = TypeVar("T")

# How long a transaction waits for another program's.
BUSY_S = 5.0
ASK_AGAIN_S = 0.05
POOL = {"pool_size": 8, "max_overflow": 24, "pool_timeout": 10.0}
# FULL makes every commit, one a second, survive a power cut; NORMAL would lose all since the last checkpoint.
# What is deleted is overwritten, and its space goes back to the disk.
PRAGMAS = ("foreign_keys=ON", "synchronous=FULL", "secure_delete=ON", "journal_size_limit=4194304")
# How many pages go back at once, so that others can write meanwhile and the journal stays small.
PAGES = 250
# The option of a connection that says how SQLite's transactions begin; those that write queue up at once.
BEGIN = "fer_begin"
READ, WRITE, NONE = "BEGIN", "BEGIN IMMEDIATE", ""


class Database:
    """Any thread may use it; one lock guards its opening. Nothing is made or asked before the first use."""

    def __init__(self, address: str) -> None:
        self.url = parse_address(address)
        self.path = Path(str(self.url.database)) if self.url.get_backend_name() == "sqlite" else None
        self.presence = Presence(self.path)
        self._reserve = Reserve(self.path)
        self._lock = RLock()
        self._engine: Engine | None = None
        self._reader: Engine | None = None
        self._is_closed = False

    def __str__(self) -> str:
        return shown(self.url)

    @property
    def is_there(self) -> bool:
        """False while nothing was ever written: then reading need not make a file."""
        return self.path is None or _holds_something(self.path)

    def open(self) -> Engine:
        """Make the file and its folder, bring the tables up to date; the first time only, again after a failure."""
        with self._lock:
            if self._is_closed:
                raise StoreError("the database is closed, because the service is stopping")
            if self._engine is None:
                self._engine = self.with_room(self._opened)
            return self._engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent look at the database, also where nothing can be written."""
        with telling(self.url, "read"), self._readable().connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction: all of it happens, or nothing. SQLite has one at a time; the others wait."""
        with telling(self.url), self._connected(self.open(), WRITE) as connection, connection.begin():
            yield connection

    def with_room(self, work: Callable[[], T]) -> T:
        """What `work` answers; on a full disk it is tried again with the space that was put aside for such work."""
        try:
            return work()
        except StoreFull:
            if not self._reserve.release():
                raise
            try:
                return work()
            finally:
                self._reserve.put_aside()

    def shrink(self) -> None:
        """Give the space of what was deleted back to the disk, and overwrite it in SQLite's journal."""
        if self.path is None:
            return
        with telling(self.url), self._connected(self.open(), NONE) as connection:
            file: Any = connection.connection.driver_connection  # which does a script's statements to their end
            before, left = -1, _free_pages(file)
            file.executescript("PRAGMA wal_checkpoint(TRUNCATE)")
            while left not in (0, before):  # a file that somebody else has made may keep them
                file.executescript(f"PRAGMA incremental_vacuum({PAGES}); PRAGMA wal_checkpoint(TRUNCATE)")
                before, left = left, _free_pages(file)

    def close(self) -> None:
        """Let go of all connections; nothing can be used afterwards."""
        with self._lock:
            self._is_closed = True
            engines = (self._engine, self._reader)
            self._engine = self._reader = None
        for engine in engines:
            if engine is not None:
                engine.dispose()
        self.presence.close()

    def _opened(self) -> Engine:
        with telling(self.url):
            if self.path is not None:
                _make_private(self.path)
            engine = self._new_engine()
            try:
                if self.path is not None:
                    self._use_journal(engine)
                migrate(engine, self._connected)
                self._reserve.put_aside()
            except BaseException:
                engine.dispose()
                raise
            return engine

    def _readable(self) -> Engine:
        """What `open` answers; where the file cannot be written, connections that only read it.

        It is tried again each time, so that everything goes on as soon as something can be written.
        """
        try:
            return self.open()
        except (StoreFull, StoreReadOnly):
            if self.path is None or not _holds_something(self.path):
                raise
            with self._lock:
                self._reader = self._reader or self._opened_for_reading(self.path)
                return self._reader

    def _opened_for_reading(self, path: Path) -> Engine:
        engine = reading_engine(path, BUSY_S)
        event.listen(engine, "begin", _begin)
        check(engine)
        return engine

    def _new_engine(self) -> Engine:
        arguments = connect_arguments(self.url)
        if self.path is None:
            return create_engine(self.url, connect_args=arguments, pool_pre_ping=True, hide_parameters=True, **POOL)
        engine = create_engine(self.url, connect_args={"timeout": BUSY_S}, hide_parameters=True, **POOL)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine

    def _use_journal(self, engine: Engine) -> None:
        """Write-ahead logging: who reads never waits for who writes. It stays with the file.

        Unlike everything else, the change does not wait for other programs, so we ask again.
        """
        until_s = time.monotonic() + BUSY_S
        while not self._is_journaled(engine, may_wait=time.monotonic() < until_s):
            time.sleep(ASK_AGAIN_S)

    def _is_journaled(self, engine: Engine, *, may_wait: bool) -> bool:
        """Whether the change was made; False while another program is in the way and we may wait for it."""
        try:
            with self._connected(engine, NONE) as connection:
                connection.exec_driver_sql("PRAGMA auto_vacuum=INCREMENTAL")
                connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        except OperationalError as error:
            if may_wait and "locked" in str(error):
                return False
            raise
        return True

    @contextmanager
    def _connected(self, engine: Engine, begin: str) -> Iterator[Connection]:
        with engine.connect() as connection:
            connection.execution_options(**{BEGIN: begin})
            yield connection


def _holds_something(path: Path) -> bool:
    """Whether there is a file that somebody has written to; also when we may not look."""
    try:
        return path.stat().st_size > 0
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError:
        return True


def _make_private(path: Path) -> None:
    """The folder and the file, readable by nobody else; SQLite gives its journal the file's permissions."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))


def _free_pages(file: Any) -> int:
    """How many of the file's pages hold nothing any more."""
    return int(file.execute("PRAGMA freelist_count").fetchone()[0])


def _prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Every new SQLite connection: Python's module shall leave transactions to us."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    begin = connection.get_execution_options().get(BEGIN, READ)
    if begin:
        connection.exec_driver_sql(begin)
