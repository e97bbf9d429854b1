"""Tables, columns and kinds are called what the thing is called everywhere else; recordings keep checkpoints, readings
gaze and movements."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Boolean, Column, Double, Text

revision = "2"
down_revision = "1"

TABLES = {"sessions": "recordings", "people": "tracks"}
COLUMNS = {
    "readings": {
        "session": "recording",
        "track": "track_id",
        "is_uncertain": "uncertain",
        "blinks": "blink_count",
        "left_ear": "left_eye_aspect_ratio",
        "right_ear": "right_eye_aspect_ratio",
        "is_poor": "poor",
    },
    "tracks": {"session": "recording", "track": "track_id"},
    "markers": {"session": "recording"},
    "jobs": {"session_id": "recording_id"},
}
KINDS = {"live": "camera", "visitor": "visit"}
ADDED = {
    "gaze_yaw_deg": Double,
    "gaze_pitch_deg": Double,
    "looks_at_camera": Boolean,
    "smile": Double,
    "brow_raise": Double,
    "brow_lower": Double,
    "jaw_open": Double,
    "squint": Double,
}


def upgrade() -> None:
    op.drop_index("ix_sessions_created_at", table_name="sessions")
    op.drop_index("ix_markers_session", table_name="markers")
    for old, new in TABLES.items():
        op.execute(f"ALTER TABLE {old} RENAME TO {new}")
    for table, columns in COLUMNS.items():
        for old, new in columns.items():
            op.execute(f"ALTER TABLE {table} RENAME COLUMN {old} TO {new}")
    for old, new in KINDS.items():
        op.execute(f"UPDATE recordings SET kind = '{new}' WHERE kind = '{old}'")  # noqa: S608  (names of ours)
    op.create_index("ix_recordings_created_at", "recordings", ["created_at"])
    op.create_index("ix_markers_recording", "markers", ["recording"])
    op.add_column("recordings", Column("checkpoint", Text))
    for name, kind in ADDED.items():
        op.add_column("readings", Column(name, kind))
