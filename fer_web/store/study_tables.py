"""The tables of studies: names, and times of recordings. Nothing about a face.

They are small, and have no indexes: each would take a page of SQLite's file.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from fer_web.store.tables import Base


class StudyRow(Base):
    """A study. `id` is what others know it by."""

    __tablename__ = "studies"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    created_at: Mapped[datetime]
    owner: Mapped[str | None]  # as in `recordings`


def _study() -> Mapped[int]:
    return mapped_column(ForeignKey("studies.number", ondelete="CASCADE"))


class StudyPartRow(Base):
    """A participant, a condition or a task; those of one `kind` are ordered by `position`."""

    __tablename__ = "study_parts"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    study: Mapped[int] = _study()
    kind: Mapped[str]
    name: Mapped[str]
    position: Mapped[int]


class StudyRecordingRow(Base):
    """That a recording belongs to a study; it leaves with its participant, and when it is deleted."""

    __tablename__ = "study_recordings"

    recording: Mapped[int] = mapped_column(
        ForeignKey("recordings.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    study: Mapped[int] = _study()
    participant: Mapped[int] = mapped_column(ForeignKey("study_parts.number", ondelete="CASCADE"))
    condition: Mapped[int | None] = mapped_column(ForeignKey("study_parts.number", ondelete="SET NULL"))


class TaskTimesRow(Base):
    """When a task was worked on in a recording of its study."""

    __tablename__ = "task_times"
    __table_args__ = {"sqlite_with_rowid": False}  # noqa: RUF012

    recording: Mapped[int] = mapped_column(
        ForeignKey("study_recordings.recording", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    task: Mapped[int] = mapped_column(
        ForeignKey("study_parts.number", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    start_s: Mapped[float | None]
    stop_s: Mapped[float | None]
    success: Mapped[bool | None]
