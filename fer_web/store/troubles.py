"""What databases complain about, told in sentences that say what to do."""

from __future__ import annotations

import errno
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from fer_web.errors import StoreError, StoreFull, StoreReadOnly
from fer_web.store.address import shown

# What SQLite needs to write its smallest transaction; with less the disk counts as full.
LEAST_SPACE_BYTES = 64 * 1024
QUOTA = getattr(errno, "EDQUOT", errno.ENOSPC)  # Windows has none
FULL = {errno.ENOSPC, QUOTA}
READ_ONLY = {errno.EROFS, errno.EACCES, errno.EPERM}
# What SQLite says when a file cannot be opened or written, whatever the system's reason is.
VAGUE = ("unable to open", "readonly", "disk I/O error")
# PostgreSQL's SQLSTATEs: the disk is full; the server only answers questions (it is a copy of another one).
DISK_FULL, ONLY_READS = "53100", "25006"


@contextmanager
def telling(url: URL, doing: str = "written") -> Iterator[None]:
    """Hand every failure of the database on as a StoreError; `doing` is what cannot be done then."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreError(f"the database is overloaded ({shown(url)}); try again in a moment") from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise told(error, url, doing) from error


@contextmanager
def telling_of_files(folder: Path) -> Iterator[None]:
    """The same for files that are written into a folder."""
    try:
        yield
    except OSError as error:
        raise told_of_file(error, folder) from error


def told(error: Exception, url: URL, doing: str = "written") -> StoreError:
    """The error that people get for what the database said."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(error, Path(str(url.database)), doing)
    return _postgresql(error, shown(url))


def told_of_file(error: OSError, path: Path, doing: str = "written") -> StoreError:
    """The error that people get for a file at or below `path` that the system does not let us have."""
    if error.errno in FULL:
        return _full(path, is_quota=error.errno == QUOTA != errno.ENOSPC)
    return _refused(path, error.strerror or str(error), doing, is_read_only=error.errno in READ_ONLY)


def _sqlite(error: Exception, path: Path, doing: str) -> StoreError:
    if isinstance(error, OSError):
        return told_of_file(error, path, doing)
    said = _said(error)
    is_vague = any(words in said for words in VAGUE)
    cause = _why_not_written(path.parent) if is_vague and doing == "written" else None
    if cause is not None:
        return told_of_file(cause, path)
    if "is full" in said:
        return _full(path)
    if "is locked" in said:
        return StoreError(
            f"another program has locked the database {path}: close it there (a database browser?) and try again"
        )
    if "not a database" in said or "malformed" in said:
        return StoreError(
            f"{path} is not an SQLite database, or is damaged: move it away (a new one is created), or restore a backup"
        )
    if "unable to open" in said or "readonly" in said:
        return _refused(path, said, doing, is_read_only=True)
    return StoreError(f"the database {path} does not work: {said}")


def _full(path: Path, *, is_quota: bool = False) -> StoreFull:
    what = f"this user's share of the disk that holds {path} is" if is_quota else f"the disk that holds {path} is"
    return StoreFull(
        f"{what} full: nothing more can be stored until there is space "
        "(delete recordings, or choose another folder with FER_DATA_DIR); what was stored before is safe"
    )


def _refused(path: Path, said: str, doing: str, *, is_read_only: bool) -> StoreError:
    if doing != "written":
        return StoreError(f"{path} cannot be {doing} ({said}): give this user read access to it and its folder")
    kind = StoreReadOnly if is_read_only else StoreError
    return kind(
        f"{path} cannot be written ({said}): give this user write access to its folder, or choose another with "
        "FER_DATA_DIR"
    )


def _postgresql(error: Exception, where: str) -> StoreError:
    said = _said(error)
    state = getattr(getattr(error, "orig", None), "sqlstate", None)
    if state == DISK_FULL:
        return StoreFull(f"the disk of the database server is full ({where}); what was stored before is safe")
    if state == ONLY_READS:
        return StoreReadOnly(f"the database server accepts no changes ({where}): {said}")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return StoreError(f"the connection to the database was lost ({where}): {said}")
    return StoreError(f"the database cannot be used ({where}): {said}")


def _said(error: Exception) -> str:
    """The driver's first line: SQLAlchemy would add the statement and its values, which are nobody's business."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def _why_not_written(folder: Path) -> OSError | None:
    """What the system says about a little file in the folder; None when that can be written."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(LEAST_SPACE_BYTES))
    except OSError as error:
        return error
    return None
