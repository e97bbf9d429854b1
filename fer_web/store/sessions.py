"""Recordings in the database: written once a second, read in pieces, deleted for good."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Literal, TypeAlias

from sqlalchemy import Connection, Row, Update, delete, func, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from fer_web.core import Marker, Reading, Recording
from fer_web.errors import RequestError
from fer_web.store.repository import Repository
from fer_web.store.rows import clean, reading_of, reading_row
from fer_web.store.tables import MarkerRow, PersonRow, ReadingRow, SessionRow

log = logging.getLogger(__name__)

SessionKind = Literal["live", "visitor", "video"]
# Rows that are read, or deleted, in one transaction: nobody else waits for longer than that takes.
PAGE = 5_000
# The state of what was deleted and is not gone yet; nobody sees it.
DELETED = "deleted"
BROKE_OFF = "the program that recorded this ended without finishing it"


class SessionState(str, Enum):
    """Where a recording stands: it goes on, it was finished, or what recorded it died."""

    RECORDING = "recording"
    FINISHED = "finished"
    INTERRUPTED = "interrupted"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A recording as it is kept: `readings` and `people` count, `expires_at` is when it will be deleted (None: never).

    `consent` is the note that was made about the consent of those who were recorded.
    """

    id: str
    kind: SessionKind
    state: SessionState
    recording: Recording
    consent: str
    created_at: datetime
    expires_at: datetime | None
    readings: int
    people: int
    job_id: str | None = None


StoredSessions: TypeAlias = list[StoredSession]  # where a method named `list` is in the way


class Sessions(Repository):
    """All about recordings; RequestError 'no_session' for one that does not exist (any more)."""

    def create(
        self,
        name: str,
        source: str,
        started_at: datetime,
        *,
        kind: SessionKind,
        fps: float = 0.0,
        width: int = 0,
        height: int = 0,
        model: str = "",
        consent: str = "",
        job_id: str | None = None,
    ) -> str:
        """Begin a recording; its id, which can stand in addresses."""
        session_id, now = secrets.token_hex(16), self._clock()
        values = {
            "id": session_id,
            "kind": kind,
            "state": str(SessionState.RECORDING),
            "name": clean(name),
            "source": clean(source),
            "started_at": started_at,
            "duration_s": 0.0,
            "fps": float(fps),
            "width": int(width),
            "height": int(height),
            "model": clean(model),
            "consent": clean(consent),
            "job_id": job_id,
            "readings": 0,
            "created_at": now,
            "owner": self._presence.owner,
            "heartbeat_at": now,
        }
        with self._database.writing() as connection:
            self._presence.announce()
            connection.execute(insert(SessionRow).values(values))
        return session_id

    def append(
        self,
        session_id: str,
        readings: Sequence[Reading],
        *,
        duration_s: float,
        fps: float | None = None,
        width: int | None = None,
        height: int | None = None,
    ) -> None:
        """Write down what was read since the last call, all or nothing, and how long the recording is by now.

        What was not known at its beginning can be added, so that it is there should the process die. RequestError
        'session_over' for one that was finished.
        """
        with self._database.writing() as connection:
            self._presence.announce()
            session = _found(connection, session_id, lock=True)
            if session.state == SessionState.FINISHED:
                raise RequestError("session_over", f"the recording {session.name!r} is finished: start another one")
            if readings:
                _insert_readings(connection, session, readings)
            changes = {
                "state": str(SessionState.RECORDING),
                "trouble": None,
                "readings": session.readings + len(readings),
                "duration_s": max(session.duration_s, float(duration_s)),
                "owner": self._presence.owner,
                "heartbeat_at": self._clock(),
                **_known(fps=fps, width=width, height=height),
            }
            connection.execute(update(SessionRow).where(SessionRow.number == session.number).values(changes))

    def mark(self, session_id: str, marker: Marker) -> None:
        """Add a note."""
        with self._database.writing() as connection:
            session = _found(connection, session_id)
            values = {"session": session.number, "time_s": float(marker.time_s), "text": clean(marker.text)}
            connection.execute(insert(MarkerRow).values(values))

    def finish(
        self,
        session_id: str,
        *,
        duration_s: float,
        fps: float | None = None,
        width: int | None = None,
        height: int | None = None,
        trouble: str | None = None,
    ) -> None:
        """End a recording; what was not known at its beginning can be added. `trouble` says why it broke off early."""
        self._change(
            session_id,
            state=str(SessionState.FINISHED),
            duration_s=float(duration_s),
            **_known(fps=fps, width=width, height=height, trouble=trouble and clean(trouble)),
        )

    def get(self, session_id: str) -> StoredSession:
        """The recording of that id."""
        for stored in self._selected(SessionRow.id == session_id, limit=1):
            return stored
        raise _unknown()

    def list(self, *, limit: int, offset: int = 0) -> StoredSessions:
        """The newest first, `limit` at most, without the first `offset`."""
        return self._selected(limit=limit, offset=offset)

    def count(self) -> int:
        """How many recordings there are."""
        if not self._database.is_there:
            return 0
        with self._database.reading() as connection:
            asked = select(func.count()).select_from(SessionRow).where(SessionRow.state != DELETED)
            return int(connection.scalar(asked) or 0)

    def readings(self, session_id: str) -> Iterator[Reading]:
        """All readings in time order. They are fetched in pieces, so that a slow reader holds nothing up."""
        if not self._database.is_there:
            raise _unknown()
        with self._database.reading() as connection:
            number = _found(connection, session_id).number
        return self._pages(number)

    def rename(self, session_id: str, name: str) -> None:
        """Give it another name."""
        self._change(session_id, name=clean(name))

    def delete(self, session_id: str) -> None:
        """Remove it and everything that belongs to it, for good, also while it is being recorded."""
        self._change(session_id, state=DELETED)
        self._database.with_room(self._sweep)

    def delete_all(self) -> int:
        """Remove all recordings for good; how many there were."""
        return self._delete_where()

    def purge(self, older_than: datetime) -> int:
        """Remove recordings that began to be kept before `older_than` and do not go on; how many there were."""
        self.recover()
        return self._delete_where(SessionRow.created_at < older_than, SessionRow.state != str(SessionState.RECORDING))

    def recover(self) -> int:
        """Mark as interrupted what processes that have died were recording; how many there were."""
        if not self._database.is_there:
            return 0
        lost = self._database.with_room(lambda: self._interrupt(self._is_lost))
        self._presence.sweep()
        return lost

    def leave(self) -> None:
        """Mark as interrupted what this process was recording and has not finished, before it ends."""
        if self._presence.is_known:
            self._database.with_room(lambda: self._interrupt(lambda row: bool(row.owner == self._presence.owner)))

    def _interrupt(self, is_over: Callable[[Row[Any]], bool]) -> int:
        asked = select(SessionRow).where(SessionRow.state == str(SessionState.RECORDING)).with_for_update()
        changes = {"state": str(SessionState.INTERRUPTED), "trouble": BROKE_OFF}
        with self._database.writing() as connection:
            lost = [row.number for row in connection.execute(asked) if is_over(row)]
            connection.execute(update(SessionRow).where(SessionRow.number.in_(lost)).values(changes))
        return len(lost)

    def on_delete(self, forget: Callable[[str], None]) -> None:
        """Have `forget(session_id)` called before a recording's rows go, so that its files go with it.

        If it raises OSError, the recording stays hidden and another attempt is made with the next deletion.
        """
        self._forgetters.append(forget)

    def _is_lost(self, row: Row[Any]) -> bool:
        return self._presence.is_gone(row.owner, row.heartbeat_at, self._clock())

    def _change(self, session_id: str, **changes: object) -> None:
        if not self._database.is_there:
            raise _unknown()
        wanted = update(SessionRow).where(SessionRow.id == session_id, SessionRow.state != DELETED).values(changes)
        if not self._database.with_room(lambda: self._execute(wanted)):
            raise _unknown()

    def _execute(self, statement: Update) -> int:
        with self._database.writing() as connection:
            return connection.execute(statement).rowcount

    def _selected(self, *conditions: Any, limit: int, offset: int = 0) -> StoredSessions:
        if not self._database.is_there:
            return []
        people = select(func.count()).select_from(PersonRow).where(PersonRow.session == SessionRow.number)
        asked = select(SessionRow, people.scalar_subquery().label("people")).where(SessionRow.state != DELETED)
        asked = asked.where(*conditions).order_by(SessionRow.number.desc()).limit(limit).offset(offset)
        with self._database.reading() as connection:
            rows = connection.execute(asked).all()
            markers = _markers(connection, [row.number for row in rows])
        return [self._stored(row, tuple(markers.get(row.number, ()))) for row in rows]

    def _stored(self, row: Row[Any], markers: tuple[Marker, ...]) -> StoredSession:
        state, trouble = SessionState(row.state), row.trouble
        if state is SessionState.RECORDING and self._is_lost(row):
            state, trouble = SessionState.INTERRUPTED, BROKE_OFF
        recording = Recording(
            row.name,
            row.source,
            row.started_at,
            row.duration_s,
            row.fps,
            row.width,
            row.height,
            row.model,
            markers,
            trouble,
        )
        expires_at = None if self._keep is None else row.created_at + self._keep
        return StoredSession(
            row.id,
            row.kind,
            state,
            recording,
            row.consent,
            row.created_at,
            expires_at,
            row.readings,
            row.people,
            row.job_id,
        )

    def _pages(self, number: int) -> Iterator[Reading]:
        asked = select(ReadingRow).where(ReadingRow.session == number)
        asked = asked.order_by(ReadingRow.time_s, ReadingRow.position).limit(PAGE)
        page = asked
        while True:
            with self._database.reading() as connection:
                rows = connection.execute(page).all()
            yield from map(reading_of, rows)
            if len(rows) < PAGE:
                return
            page = asked.where(tuple_(ReadingRow.time_s, ReadingRow.position) > (rows[-1].time_s, rows[-1].position))

    def _delete_where(self, *conditions: Any) -> int:
        if not self._database.is_there:
            return 0
        doomed = update(SessionRow).where(SessionRow.state != DELETED, *conditions).values(state=DELETED)
        count = self._database.with_room(lambda: self._execute(doomed))
        self._database.with_room(self._sweep)
        return count

    def _sweep(self) -> None:
        """Make what was deleted go, in small transactions: whoever records meanwhile never waits for long."""
        with self._database.reading() as connection:
            doomed = connection.execute(
                select(SessionRow.number, SessionRow.id).where(SessionRow.state == DELETED)
            ).all()
        for number, session_id in doomed:
            if self._forget_files(session_id):
                while self._delete_some(number):
                    pass
        if doomed:
            self._database.shrink()

    def _forget_files(self, session_id: str) -> bool:
        try:
            for forget in self._forgetters:
                forget(session_id)
        except OSError as error:
            log.error("The files of a deleted recording cannot be removed yet: %s", error)
            return False
        return True

    def _delete_some(self, number: int) -> bool:
        """Delete some of its readings, or with the last ones the recording itself; whether there are more."""
        mine = ReadingRow.session == number
        last = select(ReadingRow.time_s).where(mine).order_by(ReadingRow.time_s).limit(1).offset(PAGE)
        with self._database.writing() as connection:
            until_s = connection.scalar(last)
            if until_s is None:
                connection.execute(delete(SessionRow).where(SessionRow.number == number))
                return False
            connection.execute(delete(ReadingRow).where(mine, ReadingRow.time_s <= until_s))
            return True


def _known(**values: object) -> dict[str, object]:
    """Those that are not None."""
    return {name: value for name, value in values.items() if value is not None}


def _unknown() -> RequestError:
    return RequestError("no_session", "there is no such recording, or it was deleted")


def _found(connection: Connection, session_id: str, *, lock: bool = False) -> Row[Any]:
    asked = select(SessionRow).where(SessionRow.id == session_id, SessionRow.state != DELETED)
    row = connection.execute(asked.with_for_update() if lock else asked).first()
    if row is None:
        raise _unknown()
    return row


def _insert_readings(connection: Connection, session: Row[Any], readings: Sequence[Reading]) -> None:
    rows = [
        reading_row(reading, session.number, position) for position, reading in enumerate(readings, session.readings)
    ]
    connection.execute(insert(ReadingRow), rows)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    people = [{"session": session.number, "track": track} for track in sorted({row["track"] for row in rows})]
    connection.execute(dialect.insert(PersonRow).on_conflict_do_nothing(), people)


def _markers(connection: Connection, numbers: Sequence[int]) -> dict[int, list[Marker]]:
    asked = select(MarkerRow).where(MarkerRow.session.in_(numbers)).order_by(MarkerRow.time_s, MarkerRow.number)
    found: dict[int, list[Marker]] = {}
    for row in connection.execute(asked):
        found.setdefault(row.session, []).append(Marker(row.time_s, row.text))
    return found
