"""Cookies whose owners logged out: worthless from then on, after a restart too."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock

log = logging.getLogger(__name__)

FILE = "logged-out"


class LoggedOut:
    """The ids of such cookies, each until the cookie would have expired by itself.

    They are kept in a file, a line each, which is made by the first log-out; several servers may share it. Where it
    cannot be written they hold until the program ends. Any thread may ask; one lock guards what was read.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.time) -> None:
        self._path = path
        self._clock = clock
        self._expires: dict[str, float] = {}
        self._read: tuple[int, int] | None = None  # when the file was written, in nanoseconds, and its bytes
        self._lock = Lock()

    def add(self, cookie_id: str, expires_at: float) -> None:
        """From now on the cookie of this id is worthless; `expires_at` is in seconds since 1970."""
        with self._lock:
            self._forget_expired()
            self._expires[cookie_id] = expires_at
        if self._path is None:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            with os.fdopen(handle, "a", encoding="ascii") as file:
                file.write(f"{expires_at:.0f} {cookie_id}\n")
        except OSError as error:
            log.warning("A logout lasts only until this program ends, because it cannot be stored: %s", error)

    def __contains__(self, cookie_id: object) -> bool:
        with self._lock:
            self._read_again()
            return cookie_id in self._expires

    def _read_again(self) -> None:
        """Take in what another server has added meanwhile."""
        if self._path is None:
            return
        with suppress(OSError):
            status = self._path.stat()
            written = (status.st_mtime_ns, status.st_size)
            if written != self._read:
                self._expires |= dict(_entries(self._path))
                self._read = written
                self._forget_expired()

    def _forget_expired(self) -> None:
        now = self._clock()
        self._expires = {cookie_id: end for cookie_id, end in self._expires.items() if end > now}


def _entries(path: Path) -> Iterator[tuple[str, float]]:
    """Id and end of each whole line."""
    for line in path.read_text(encoding="ascii", errors="replace").splitlines():
        end, _, cookie_id = line.partition(" ")
        if end.isdecimal() and cookie_id:
            yield cookie_id, float(end)
