"""Studies: participants, conditions and tasks, and when each task was worked on in a recording."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, DateTime, Double, ForeignKeyConstraint, Integer, PrimaryKeyConstraint, Text
from sqlalchemy import UniqueConstraint as Unique

revision = "5"
down_revision = "4"

GONE, NULL = "CASCADE", "SET NULL"


def upgrade() -> None:
    op.create_table(
        "studies",
        _number(),
        Column("id", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("owner", Text),
        PrimaryKeyConstraint("number", name="pk_studies"),
        Unique("id", name="uq_studies_id"),
    )
    op.create_table(
        "study_parts",
        _number(),
        Column("study", Integer, nullable=False),
        Column("kind", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("position", Integer, nullable=False),
        PrimaryKeyConstraint("number", name="pk_study_parts"),
        _refers("study_parts", "study", "studies.number", GONE),
    )
    op.create_table(
        "study_recordings",
        _number("recording"),
        Column("study", Integer, nullable=False),
        Column("participant", Integer, nullable=False),
        Column("condition", Integer),
        PrimaryKeyConstraint("recording", name="pk_study_recordings"),
        _refers("study_recordings", "recording", "recordings.number", GONE),
        _refers("study_recordings", "study", "studies.number", GONE),
        _refers("study_recordings", "participant", "study_parts.number", GONE),
        _refers("study_recordings", "condition", "study_parts.number", NULL),
    )
    op.create_table(
        "task_times",
        _number("recording"),
        _number("task"),
        Column("start_s", Double),
        Column("stop_s", Double),
        Column("success", Boolean),
        PrimaryKeyConstraint("recording", "task", name="pk_task_times"),
        _refers("task_times", "recording", "study_recordings.recording", GONE),
        _refers("task_times", "task", "study_parts.number", GONE),
        sqlite_with_rowid=False,
    )


def _number(name: str = "number") -> Column[int]:
    return Column(name, Integer, nullable=False, autoincrement=name == "number")


def _refers(table: str, column: str, target: str, then: str) -> ForeignKeyConstraint:
    return ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}", ondelete=then)
