"""Recordings with their readings, people and markers; jobs."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "sessions",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        _text("id"),
        _text("kind"),
        _text("state"),
        _text("name"),
        _text("source"),
        _moment("started_at"),
        _double("duration_s"),
        _double("fps"),
        _integer("width"),
        _integer("height"),
        _text("model"),
        _text("consent"),
        _text("trouble", nullable=True),
        _text("job_id", nullable=True),
        _integer("readings"),
        _moment("created_at"),
        _text("owner"),
        _moment("heartbeat_at"),
        sa.PrimaryKeyConstraint("number", name="pk_sessions"),
        sa.UniqueConstraint("id", name="uq_sessions_id"),
    )
    op.create_index("ix_sessions_created_at", "sessions", ["created_at"])
    op.create_table(
        "readings",
        _session("readings"),
        _double("time_s"),
        _integer("position"),
        sa.Column("track", sa.BigInteger, nullable=False),
        *map(_double, ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")),
        _boolean("is_uncertain"),
        _integer("blinks"),
        _double("left_ear", nullable=True),
        _double("right_ear", nullable=True),
        _boolean("eyes_open", nullable=True),
        _double("yaw_deg", nullable=True),
        _double("pitch_deg", nullable=True),
        _double("roll_deg", nullable=True),
        _double("sharpness", nullable=True),
        _double("brightness", nullable=True),
        _integer("size_px", nullable=True),
        _boolean("is_poor", nullable=True),
        sa.PrimaryKeyConstraint("session", "time_s", "position", name="pk_readings"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "people",
        _session("people"),
        sa.Column("track", sa.BigInteger, nullable=False, autoincrement=False),
        sa.PrimaryKeyConstraint("session", "track", name="pk_people"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "markers",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        _session("markers"),
        _double("time_s"),
        _text("text"),
        sa.PrimaryKeyConstraint("number", name="pk_markers"),
    )
    op.create_index("ix_markers_session", "markers", ["session"])
    op.create_table(
        "jobs",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        _text("id"),
        _text("kind"),
        _text("name"),
        _text("state"),
        _text("path", nullable=True),
        _text("options"),
        _double("progress"),
        _double("remaining_s", nullable=True),
        _text("message"),
        _text("error", nullable=True),
        _text("session_id", nullable=True),
        _moment("created_at"),
        _moment("started_at", nullable=True),
        _moment("finished_at", nullable=True),
        _moment("heartbeat_at", nullable=True),
        _text("worker", nullable=True),
        _integer("attempts"),
        sa.PrimaryKeyConstraint("number", name="pk_jobs"),
        sa.UniqueConstraint("id", name="uq_jobs_id"),
    )
    op.create_index("ix_jobs_state_number", "jobs", ["state", "number"])


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


def _double(name: str, *, nullable: bool = False) -> sa.Column[float]:
    return sa.Column(name, sa.Double, nullable=nullable)


def _integer(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable, autoincrement=False)


def _boolean(name: str, *, nullable: bool = False) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _session(table: str) -> sa.Column[int]:
    name = f"fk_{table}_session"
    key = sa.ForeignKey("sessions.number", name=name, ondelete="CASCADE")
    return sa.Column("session", sa.Integer, key, nullable=False, autoincrement=False)
