"""Recordings and jobs belong to whoever made them; recordings can be in the trash, and be shared by a link."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, DateTime, Text

revision = "4"
down_revision = "3"


def upgrade() -> None:
    op.execute("ALTER TABLE recordings RENAME COLUMN owner TO process")
    for table in ("recordings", "jobs"):
        op.add_column(table, Column("owner", Text))
    op.add_column("recordings", Column("deleted_at", DateTime(timezone=True)))
    op.add_column("recordings", Column("share", Text))
    op.create_index("ix_recordings_owner", "recordings", ["owner"])
    op.create_index("ix_recordings_share", "recordings", ["share"], unique=True)
