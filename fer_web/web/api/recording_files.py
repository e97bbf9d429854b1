"""A recording as files: readings, summary, report; and all recordings in one archive, written as it is read."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from urllib.parse import quote

from fer_web.errors import NotReadyError, RequestError
from fer_web.reports import (
    COMMA,
    CardText,
    Summary,
    Usual,
    csv_lines,
    people_events_lines,
    report_html,
    series_of,
    summarize,
    summary_json,
)
from fer_web.reports.exports import EXPORTS, Exported
from fer_web.reports.usual import MOST_EARLIER
from fer_web.store import RecordingState, Store, StoredRecording
from fer_web.web.api.recording_schemas import stored_json
from fer_web.web.api.remembered import Remembered
from fer_web.web.http.services import Services

# Lines that are sent, or compressed, at once.
PIECE_LINES = 1000
# Summaries that need not be made again while somebody looks at a recording; each has some 100 kB.
KEPT_SUMMARIES = 32
# Recordings that are listed at once.
PAGE = 100
# Among so many of the newest recordings, earlier ones of a series are looked for; of larger ones, adding up takes long.
LOOKED_THROUGH = 200
MOST_READINGS = 50_000
NAME_LENGTH = 60
# A report brings its own style, and runs no scripts whatever may stand in it.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-popups"
)


def summary_of(store: Store, stored: StoredRecording) -> Summary:
    """What a recording says; of one that has ended it is kept for a while."""
    if stored.state is RecordingState.RECORDING:
        return summarize(stored.recording, store.recordings.readings(stored.id))
    return SUMMARIES.of(store, stored)


def _summed_up(store: Store, stored: StoredRecording) -> Summary:
    return summarize(stored.recording, store.recordings.readings(stored.id))


SUMMARIES = Remembered(KEPT_SUMMARIES, _summed_up)


def usual_of(store: Store, stored: StoredRecording) -> Usual | None:
    """What is usual for the only person of a recording, by earlier ones of its owner, kind and series; None without."""
    series = series_of(stored.recording.name)
    store = store.of(stored.owner)
    listed = store.recordings.list(limit=LOOKED_THROUGH)
    earlier = [one for one in listed if one.kind == stored.kind and series_of(one.recording.name) == series]
    ended = [
        one
        for one in earlier
        if one.state is RecordingState.FINISHED
        and one.recording.started_at < stored.recording.started_at
        and one.readings <= MOST_READINGS
    ]
    ended.sort(key=lambda one: one.recording.started_at, reverse=True)
    return Usual.of(series, [summary_of(store, one) for one in ended[:MOST_EARLIER]])


def csv_pieces(store: Store, recording: str, separator: str = COMMA) -> Iterator[bytes]:
    """The readings as CSV, in pieces."""
    return _pieces(csv_lines(store.recordings.readings(recording), separator))


def event_pieces(store: Store, stored: StoredRecording, separator: str = COMMA) -> Iterator[bytes]:
    """The events of people as CSV, in pieces."""
    return _pieces(people_events_lines(stored.recording, store.recordings.readings(stored.id), separator))


def _pieces(lines: Iterator[str]) -> Iterator[bytes]:
    while piece := "".join(islice(lines, PIECE_LINES)):
        yield piece.encode()


def json_text(summary: Summary) -> str:
    """A summary for programs, and for people who look into it."""
    return json.dumps(summary_json(summary), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def card_text(mine: Services, model: str) -> CardText:
    """What is known of the model that a recording was made with: all of it, when it is the one that serves now."""
    try:
        card = mine.startup.vision().card
        if model == f"{card.name} {card.version}":
            return CardText.of(card)
    except NotReadyError:
        pass
    name, _, version = model.partition(" ")
    return CardText(name or "unknown", version)


def exported_of(store: Store, stored: StoredRecording) -> Exported:
    """A recording that is to become files for other programs."""
    media = stored.recording.source if stored.kind == "video" else None
    return Exported(stored.recording, lambda: store.recordings.readings(stored.id), media)


def archive(mine: Services, store: Store, separator: str = COMMA, exports: Sequence[str] = ()) -> Iterator[bytes]:
    """A ZIP of everything, piece by piece: a folder for each recording, and a list of them."""
    outbox = Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as file:  # type: ignore[call-overload]
        listed = []
        for stored in _all(store):
            listed.append(stored_json(stored).model_dump())
            try:
                for _ in _add(file, mine, store, stored, separator, exports):
                    yield outbox.take()
            except RequestError:
                listed.pop()  # it was deleted meanwhile
        file.writestr("recordings.json", json.dumps(listed, indent=2, ensure_ascii=False) + "\n")
    yield outbox.take()


def _add(
    file: zipfile.ZipFile,
    mine: Services,
    store: Store,
    stored: StoredRecording,
    separator: str,
    exports: Sequence[str],
) -> Iterator[None]:
    folder = folder_name(stored)
    with file.open(_entry(f"{folder}/readings.csv", stored), "w", force_zip64=True) as target:
        for piece in csv_pieces(store, stored.id, separator):
            target.write(piece)
            yield
    with file.open(_entry(f"{folder}/people_events.csv", stored), "w", force_zip64=True) as target:
        for piece in event_pieces(store, stored, separator):
            target.write(piece)
            yield
    summary = summarize(stored.recording, store.recordings.readings(stored.id))
    file.writestr(_entry(f"{folder}/summary.json", stored), json_text(summary))
    yield
    html = report_html(summary, card_text(mine, stored.recording.model), usual_of(store, stored))
    file.writestr(_entry(f"{folder}/report.html", stored), html)
    yield
    for wanted in (wanted for name in exports for wanted in EXPORTS[name].files):
        with file.open(_entry(f"{folder}/{wanted.name}", stored), "w", force_zip64=True) as target:
            for piece in wanted.pieces(exported_of(store, stored)):
                target.write(piece)
                yield


def _entry(path: str, stored: StoredRecording) -> zipfile.ZipInfo:
    began = stored.recording.started_at
    earliest = datetime(1980, 1, 1, tzinfo=began.tzinfo)  # what a ZIP can say
    entry = zipfile.ZipInfo(path, max(began, earliest).timetuple()[:6])
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _all(store: Store) -> Iterator[StoredRecording]:
    """Every recording, the newest first; those that come while this is read are left out."""
    pages = (
        store.recordings.list(limit=PAGE, offset=offset) for offset in range(0, store.recordings.count() + PAGE, PAGE)
    )
    for recording in dict.fromkeys(stored.id for page in pages for stored in page):
        stored = None
        with suppress(RequestError):  # deleted meanwhile
            stored = store.recordings.get(recording)
        if stored is not None:
            yield stored


def folder_name(stored: StoredRecording) -> str:
    """When it began, its name, and enough of its id to be the only one."""
    return f"{stored.recording.started_at:%Y-%m-%d_%H%M%S}_{file_name(stored.recording.name)}_{stored.id[:6]}"


def file_name(name: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"\W+", "-", name).strip("-")[:NAME_LENGTH].strip("-") or "recording"


def attachment(name: str) -> str:
    """A Content-Disposition that saves under a name of any script (RFC 6266)."""
    plain = re.sub(r"[^\w.-]+", "_", name, flags=re.ASCII)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class Outbox:
    """A file that is only written to; what was written is taken out piece by piece."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)
