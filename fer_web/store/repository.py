"""What the repositories share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from fer_web.store.database import Database


def now() -> datetime:
    """By this machine's clock."""
    return datetime.now(timezone.utc)


class Repository:
    """A database, a clock, and how long recordings are kept (None: until somebody deletes them)."""

    def __init__(self, database: Database, clock: Callable[[], datetime], keep: timedelta | None = None) -> None:
        self._database = database
        self._presence = database.presence
        self._keep = keep
        self._clock = clock
        self._forgetters: list[Callable[[str], None]] = []
