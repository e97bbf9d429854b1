"""Who is still there: a recording whose process died must not look as if it went on."""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from filelock import lock_descriptor

from fer_web.core.job import SILENCE_S

# Beside a database server, where processes of other machines take part: silent for so long means gone.
SILENCE = timedelta(seconds=SILENCE_S)
FRESH_S = 10.0


class Presence:
    """This process's name among those that share a database, and a way to see whether another still lives.

    Beside an SQLite file it keeps a locked file of its own, which the system unlocks when the process ends, however it
    ends. `path` is that of the database; None with a server. `is_known` says that this process has written something.
    """

    def __init__(self, path: Path | None) -> None:
        self.process = secrets.token_hex(8)
        self.is_known = False
        self._path = path
        self._lock = Lock()
        self._file: int | None = None

    def announce(self) -> None:
        """Let others see from now on that this process lives."""
        with self._lock:
            self.is_known = True
            if self._path is not None and self._file is None:
                file = os.open(self._file_of(self.process), os.O_RDWR | os.O_CREAT, 0o600)
                _try_lock(file)
                self._file = file

    def is_gone(self, process: str, heard_at: datetime, now: datetime) -> bool:
        """Whether the process of that name, last heard of at `heard_at`, has ended."""
        if process == self.process:
            return False
        if self._path is None:
            return now - heard_at > SILENCE
        return not _is_held(self._file_of(process))

    def close(self) -> None:
        """Leave."""
        with self._lock:
            file, self._file, self.is_known = self._file, None, False
        if file is not None:
            os.close(file)
            with suppress(OSError):
                self._file_of(self.process).unlink()

    def sweep(self) -> None:
        """Clear away what processes that are gone have left; a file that has just been made may not be locked yet."""
        if self._path is None:
            return
        for path in self._path.parent.glob(self._file_of("*").name):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > FRESH_S and not _is_held(path):
                    path.unlink()

    def _file_of(self, process: str) -> Path:
        path = Path(str(self._path))
        return path.with_name(f"{path.name}-owner-{process}")


def _is_held(path: Path) -> bool:
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    except OSError:  # somebody else's, then
        return True
    try:
        return not _try_lock(file)
    finally:
        os.close(file)


def _try_lock(file: int) -> bool:
    """Lock an open file until it is closed; False when somebody else has it locked."""
    try:
        return lock_descriptor(file, blocking=False)
    except OSError:
        return False
