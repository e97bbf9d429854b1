"""Every measure's column is called what the measure is called everywhere else."""

from __future__ import annotations

from alembic import op

revision = "2"
down_revision = "1"

RENAMED = {
    "track": "track_id",
    "is_uncertain": "uncertain",
    "blinks": "blink_count",
    "left_ear": "left_eye_aspect_ratio",
    "right_ear": "right_eye_aspect_ratio",
    "is_poor": "poor",
}


def upgrade() -> None:
    for old, new in RENAMED.items():
        op.execute(f"ALTER TABLE readings RENAME COLUMN {old} TO {new}")
