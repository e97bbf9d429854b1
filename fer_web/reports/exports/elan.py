"""A recording as an ELAN annotation file: tiers for each person and for the markers, times in milliseconds."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import quote
from xml.etree import ElementTree

from fer_web.core.text import one_line
from fer_web.reports.exports.spells import (
    BLINK,
    EXPRESSION,
    LOOK_AWAY,
    MARKER,
    NOD,
    OPEN_MOUTH,
    SEEN,
    SHAKE,
    SMILE,
    TURNED_ASIDE,
    Happenings,
    Spell,
)

if TYPE_CHECKING:
    from pympi.Elan import Eaf

AUTHOR = "FER Web"
# How long something is drawn of which only a moment is known.
MOMENT_MS = 40
# Each person's tiers, in their order: the kind, and what the tier is called.
TIERS = {
    SEEN: "seen",
    EXPRESSION: "expression",
    SMILE: "smiles",
    OPEN_MOUTH: "mouth open",
    LOOK_AWAY: "looks away",
    TURNED_ASIDE: "turned aside",
    BLINK: "blinks",
    NOD: "nods",
    SHAKE: "shakes",
}


@dataclass(frozen=True, slots=True)
class Note:
    """An annotation: from, to, and its text."""

    start_ms: int
    end_ms: int
    text: str


def eaf(happenings: Happenings, media: str | None = None) -> bytes:
    """The file's text; `media` is a video's address, or its name where it is to lie beside the file."""
    from pympi.Elan import Eaf, to_adocument

    made = Eaf(author=AUTHOR)
    made.header = {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"}
    made.remove_tier("default")
    made.remove_linguistic_type("default-lt")
    if media is not None:
        _link(made, media)
    for track, spells in happenings.people.items():
        for kind, name in TIERS.items():
            _add_tier(made, f"Person {track}: {name}", kind, _notes(kind, spells), f"Person {track}")
    _add_tier(made, "Markers", MARKER, _sections(happenings))
    _sort_times(made)
    text: bytes = ElementTree.tostring(to_adocument(made), encoding="utf-8", xml_declaration=True)
    return text


def _link(made: Eaf, media: str) -> None:
    name = media.rpartition("/")[2]
    beside = f"./{name if '/' in media else quote(name)}"
    kind = mimetypes.guess_type(name)[0] or "video/*"
    made.add_linked_file(media if "/" in media else beside, beside, mimetype=kind)


def _add_tier(made: Eaf, name: str, kind: str, notes: Iterable[Note], person: str | None = None) -> None:
    if kind not in made.linguistic_types:
        made.add_linguistic_type(kind)
    made.add_tier(name, kind, part=person, ann=AUTHOR)
    for note in _apart(notes):
        made.add_annotation(name, note.start_ms, note.end_ms, note.text)


def _notes(kind: str, spells: Iterable[Spell]) -> Iterator[Note]:
    """The spells of one kind; several of the same time as one."""
    own = (spell for spell in spells if spell.kind == kind)
    for (start_s, end_s), same in groupby(own, key=lambda spell: (spell.start_s, spell.end_s)):
        several = list(same)
        start_ms = _ms(start_s)
        end_ms = start_ms + MOMENT_MS if end_s is None else _ms(end_s)
        text = several[0].text or kind.replace("_", " ")
        yield Note(start_ms, end_ms, text if len(several) == 1 else f"{len(several)} x {text}")


def _sections(happenings: Happenings) -> Iterator[Note]:
    """From each marker to the next one, as the report has them; markers of one time as one."""
    marks = [
        (start_ms, " / ".join(one_line(marker.text) for marker in same))
        for start_ms, same in groupby(happenings.markers, key=lambda marker: _ms(marker.time_s))
    ]
    ends = [*(start_ms for start_ms, _ in marks), _ms(happenings.duration_s)][1:]
    for (start_ms, text), end_ms in zip(marks, ends, strict=True):
        yield Note(start_ms, max(end_ms, start_ms + 1), text)


def _apart(notes: Iterable[Note]) -> Iterator[Note]:
    """Notes of a tier must not overlap, nor be empty: one ends at the latest where the next begins."""
    waiting: Note | None = None
    for note in notes:
        if waiting is not None and note.start_ms > waiting.start_ms:
            yield Note(waiting.start_ms, min(waiting.end_ms, note.start_ms), waiting.text)
            waiting = note
        elif waiting is None:
            waiting = Note(note.start_ms, max(note.end_ms, note.start_ms + 1), note.text)
    if waiting is not None:
        yield Note(waiting.start_ms, max(waiting.end_ms, waiting.start_ms + 1), waiting.text)


def _sort_times(made: Eaf) -> None:
    """TIME_ORDER lists the times in their order, which pympi does not see to: one slot for each time that occurs."""
    times = sorted(set(made.timeslots.values()))
    names = {time_ms: f"ts{number}" for number, time_ms in enumerate(times, start=1)}
    new = {old: names[time_ms] for old, time_ms in made.timeslots.items()}
    for notes, *_ in made.tiers.values():
        for name, (start, end, text, graphic) in notes.items():
            notes[name] = (new[start], new[end], text, graphic)
    made.timeslots = {name: time_ms for time_ms, name in names.items()}
    made.properties = [("lastUsedAnnotationId", len(made.annotations))]


def _ms(time_s: float) -> int:
    return round(1000 * time_s)
