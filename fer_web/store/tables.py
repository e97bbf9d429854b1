"""The tables. A face leaves typed numbers here and nothing else: no column could take a picture or a landmark."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from fer_web.core.readings import MEASURES

# Constraints have names, so that later migrations can find them in every database.
NAMES = {
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
}


class Moment(TypeDecorator[datetime]):
    """A moment with its time zone, which SQLite would forget: there, all are UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or value.tzinfo is None:
            return value
        moment = value.astimezone(timezone.utc)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        return value.replace(tzinfo=timezone.utc) if value.tzinfo is None else value.astimezone(timezone.utc)


class Base(DeclarativeBase):
    """What all tables have in common: how a Python type becomes a column's."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: dict[Any, Any] = {  # noqa: RUF012  (SQLAlchemy's own name and kind)
        int: Integer,
        float: Double,
        bool: Boolean,
        str: Text,
        datetime: Moment,
    }


class RecordingRow(Base):
    """A recording. `id` is what others know it by; `number` is short, because every reading repeats it."""

    __tablename__ = "recordings"
    # SQLite cannot rename a constraint: this one is called as in version 1.
    __table_args__ = (UniqueConstraint("id", name="uq_sessions_id"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str]
    kind: Mapped[str]
    state: Mapped[str]
    name: Mapped[str]
    source: Mapped[str]
    started_at: Mapped[datetime]
    duration_s: Mapped[float]
    fps: Mapped[float]
    width: Mapped[int]
    height: Mapped[int]
    model: Mapped[str]
    consent: Mapped[str]
    trouble: Mapped[str | None]
    job_id: Mapped[str | None]
    readings: Mapped[int]  # how many there are
    created_at: Mapped[datetime] = mapped_column(index=True)
    process: Mapped[str]  # the one that writes it, and when it last did
    heartbeat_at: Mapped[datetime]
    checkpoint: Mapped[str | None]  # of a video that is being analyzed: JSON that its workers understand
    owner: Mapped[str | None] = mapped_column(index=True)  # whose browser has made it; None for the operator
    deleted_at: Mapped[datetime | None]  # when it was moved to the trash
    share: Mapped[str | None] = mapped_column(index=True, unique=True)  # what whoever knows it may read the report by


def _recording() -> Mapped[int]:
    """A recording that the row belongs to and disappears with."""
    return mapped_column(ForeignKey("recordings.number", ondelete="CASCADE"), primary_key=True, autoincrement=False)


class ReadingRow(Base):
    """One `Reading`: what may be kept of one face in one picture. `position` tells rows of one moment apart."""

    __tablename__ = "readings"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012  (the rows lie in the order of the primary key)

    recording: Mapped[int] = _recording()
    time_s: Mapped[float] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


# Every measure has a column; `time_s`, which is part of the key, has its own above.
_TYPES: dict[type, Any] = {float: Double, int: Integer, bool: Boolean}
for _measure in MEASURES:
    if not hasattr(ReadingRow, _measure.name):
        _type = BigInteger if _measure.name == "track_id" else _TYPES[_measure.kind]
        setattr(ReadingRow, _measure.name, mapped_column(_type, nullable=_measure.is_optional))


class TrackRow(Base):
    """That a track occurs in a recording: so people can be counted without reading all readings."""

    __tablename__ = "tracks"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    recording: Mapped[int] = _recording()
    track_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class MarkerRow(Base):
    """A note that somebody made while recording."""

    __tablename__ = "markers"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    recording: Mapped[int] = mapped_column(ForeignKey("recordings.number", ondelete="CASCADE"), index=True)
    time_s: Mapped[float]
    text: Mapped[str]


class JobRow(Base):
    """A `Job`; `options` is a JSON object of plain values that say how to work, never what was found."""

    __tablename__ = "jobs"
    __table_args__ = (Index("ix_jobs_state_number", "state", "number"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str]
    name: Mapped[str]
    state: Mapped[str]
    path: Mapped[str | None]
    options: Mapped[str]
    progress: Mapped[float]
    remaining_s: Mapped[float | None]
    message: Mapped[str]
    error: Mapped[str | None]
    recording_id: Mapped[str | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    worker: Mapped[str | None]
    attempts: Mapped[int]
    owner: Mapped[str | None]  # as in `recordings`
