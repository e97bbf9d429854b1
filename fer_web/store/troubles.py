"""What databases complain about, told in sentences that say what to do."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from fer_web.errors import StoreError, StoreFull
from fer_web.store.address import shown

# What SQLite needs to write its smallest transaction; with less the disk counts as full.
LEAST_SPACE_BYTES = 64 * 1024
DISK_FULL = "53100"  # PostgreSQL's SQLSTATE


@contextmanager
def telling(url: URL) -> Iterator[None]:
    """Hand every failure of the database on as a StoreError."""
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreError(f"too much is asked of the database at once ({shown(url)}); try again in a moment") from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise told(error, url) from error


def told(error: Exception, url: URL) -> StoreError:
    """The error that people get for what the database said."""
    if url.get_backend_name() == "sqlite":
        return _sqlite(error, Path(str(url.database)))
    return _postgresql(error, shown(url))


def _sqlite(error: Exception, path: Path) -> StoreError:
    said = _said(error)
    if "is full" in said or "No space left" in said or ("disk I/O error" in said and _is_full(path)):
        return StoreFull(
            f"the disk that holds {path} is full: nothing new is stored until there is space "
            "(delete recordings, or choose another folder with FER_DATA_DIR); what was stored before is safe"
        )
    if "is locked" in said:
        return StoreError(f"another program holds the database {path}: close it there (a database browser?), try again")
    if "not a database" in said or "malformed" in said:
        return StoreError(
            f"{path} is no SQLite database, or a damaged one: move it away (a new one is made), or put a backup there"
        )
    if "unable to open" in said or "readonly" in said or isinstance(error, OSError):
        return StoreError(
            f"{path} cannot be written ({said}): let this user write its folder, or choose another with FER_DATA_DIR"
        )
    return StoreError(f"the database {path} does not work: {said}")


def _postgresql(error: Exception, where: str) -> StoreError:
    said = _said(error)
    if getattr(getattr(error, "orig", None), "sqlstate", None) == DISK_FULL:
        return StoreFull(f"the disk of the database server is full ({where}); what was stored before is safe")
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return StoreError(f"the connection to the database was lost ({where}): {said}")
    return StoreError(f"the database cannot be used ({where}): {said}")


def _said(error: Exception) -> str:
    """The driver's first line: SQLAlchemy would add the statement and its values, which are nobody's business."""
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return lines[0] if lines else type(cause).__name__


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < LEAST_SPACE_BYTES
    except OSError:
        return False
