"""Readings count nods and shakes of the head, and say where in the picture a face is."""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, Double, Integer

revision = "3"
down_revision = "2"

ADDED = {"nod_count": Integer, "shake_count": Integer, "center_x": Double, "center_y": Double}


def upgrade() -> None:
    for name, kind in ADDED.items():
        op.add_column("readings", Column(name, kind))
