"""The classical systems' rows."""

from __future__ import annotations

from fer_web.lab.row import Row

ROWS: tuple[Row, ...] = ()
