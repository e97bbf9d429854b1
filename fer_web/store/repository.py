"""What the repositories share."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from datetime import datetime, timedelta, timezone
from typing import TypeVar

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute

from fer_web.store.database import Database

R = TypeVar("R", bound="Repository")


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
        self._hiders: list[Callable[[str], None]] = []
        self._owners: tuple[str | None, ...] | None = None

    def of(self: R, owner: str | None) -> R:
        """The same for who sees only what belongs to `owner`, None for the operator: all else does not exist here."""
        own = copy(self)
        own._owners = (owner,)
        return own

    def _is_own(self, column: InstrumentedAttribute[str | None]) -> ColumnElement[bool]:
        """The condition that a row can be seen here."""
        if self._owners is None:
            return true()
        (owner,) = self._owners
        return column == owner
