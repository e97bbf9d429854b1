"""SQLite where nothing can be written: on a read-only or full disk, or in a folder of somebody else's."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool

from fer_web.errors import StoreError


def reading_engine(path: Path, busy_s: float) -> Engine:
    """Connections that leave the file and its folder as they are; each finds out anew how."""
    return create_engine("sqlite://", creator=partial(_connect, path, busy_s), poolclass=NullPool, hide_parameters=True)


def _connect(path: Path, busy_s: float) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro&{_option(path)}", timeout=busy_s, uri=True, isolation_level=None)


def _option(path: Path) -> str:
    """How the journal is treated, in which a part of the database may be.

    Whoever writes keeps an index of it beside it, which readers need and could not make here. Without an index nobody
    writes, and the file itself is all there is, unless a journal was left.
    """
    journal, index = (path.with_name(f"{path.name}-{name}") for name in ("wal", "shm"))
    if index.exists():
        return "readonly_shm=1"
    if journal.exists() and journal.stat().st_size:
        raise StoreError(
            f"{path} cannot be read in a folder that is read-only: the latest changes are still in {journal.name}. "
            "Copy the folder to a place where this user can write, and set FER_DATA_DIR to it"
        )
    return "immutable=1"
