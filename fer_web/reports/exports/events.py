"""Events as BIDS has them (Brain Imaging Data Structure 1.10): a table, and a JSON file that explains its columns."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fer_web.reports.exports.columns import ExportColumn, lines_of
from fer_web.reports.exports.spells import KINDS, Happenings, Spell

UNKNOWN = "n/a"


def _duration(spell: Spell) -> float | None:
    return None if spell.end_s is None else spell.end_s - spell.start_s


def _cell(text: str | None) -> str | None:
    """A text without tabs and line ends, which would be cells and lines of their own."""
    return None if text is None else " ".join(text.split()) or None


COLUMNS = (
    ExportColumn("onset", "when it begins, since the recording started", lambda spell: spell.start_s, "s", 3),
    ExportColumn("duration", "how long it lasts; n/a where only a moment is known", _duration, "s", 3),
    ExportColumn("trial_type", "what happens; see Levels", lambda spell: spell.kind),
    ExportColumn("track_id", "the person's number in this recording; n/a for markers", lambda spell: spell.track_id),
    ExportColumn("value", "the expression, or the text of a marker; n/a for all else", lambda spell: _cell(spell.text)),
)


def events_tsv(happenings: Happenings) -> Iterator[bytes]:
    """The table, in the order of time; what is not known is n/a."""
    yield from lines_of(COLUMNS, happenings.in_order, "\t", UNKNOWN)


def events_json() -> bytes:
    """What the columns mean."""
    told = {column.name: _told(column) for column in COLUMNS}
    return (json.dumps(told, indent=2, ensure_ascii=False) + "\n").encode()


def _told(column: ExportColumn) -> dict[str, Any]:
    told: dict[str, Any] = {"Description": column.meaning[0].upper() + column.meaning[1:]}
    if column.unit:
        told["Units"] = column.unit
    if column.name == "trial_type":
        told["Levels"] = KINDS
    return told
