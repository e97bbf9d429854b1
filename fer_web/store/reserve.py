"""Space that is put aside on the disk: deleting needs some, also when there is none left."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

# More than SQLite writes to take its journal in (4 MB, see `journal_size_limit`) and to delete a page of readings.
SIZE_BYTES = 8 * 2**20
LEAST_BYTES = 2**20


class Reserve:
    """A file of nothing beside the database, smaller on a small disk; `path` is the database's, None for none."""

    def __init__(self, path: Path | None) -> None:
        self._path = None if path is None else path.with_name(f"{path.name}-reserve")

    def put_aside(self) -> None:
        """Take the space, half of what is free at most; where there is hardly any, do without."""
        if self._path is None:
            return
        with suppress(OSError):
            size = min(SIZE_BYTES, shutil.disk_usage(self._path.parent).free // 2)
            if size >= LEAST_BYTES:
                _allocate(self._path, size)

    def release(self) -> bool:
        """Give the space back; False when there is none."""
        if self._path is None:
            return False
        try:
            self._path.unlink()
        except OSError:
            return False
        return True


def _allocate(path: Path, size: int) -> None:
    """Make the file at least that large; nothing changes where there is no space for it."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    before = os.fstat(file).st_size
    try:
        if before < size:
            _extend(file, before, size)
    except OSError:
        os.ftruncate(file, before)
    finally:
        os.close(file)


def _extend(file: int, start: int, end: int) -> None:
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, start, end - start)
    else:
        os.lseek(file, start, os.SEEK_SET)
        os.write(file, bytes(end - start))
