"""How far a video had been analyzed when its worker ended: what has to be known to go on from there."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from fer_web.analysis.video import BEGINNING, Position

KEPT = 2


class Positions:
    """The last two positions, in a small file beside the video that is replaced as a whole.

    A position is noted before its readings are stored: after a crash, it is one of the two that the readings reached.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._newest = self._read()

    def note(self, position: Position) -> None:
        """Remember one; its readings come next."""
        self._newest = [*self._newest, position][-KEPT:]
        unfinished = self._path.with_name(f"{self._path.name}.new")
        unfinished.write_text(json.dumps([asdict(one) for one in self._newest]), encoding="utf-8")
        unfinished.replace(self._path)

    def at(self, time_s: float) -> Position:
        """The position that readings up to `time_s` belong to; the beginning when it is not known."""
        return next((one for one in reversed(self._newest) if one.time_s == time_s), BEGINNING)

    def _read(self) -> list[Position]:
        try:
            return [Position(**one) for one in json.loads(self._path.read_text(encoding="utf-8"))]
        except (OSError, ValueError, TypeError):
            return []
