"""Recordings for other programs. A new export is a file here and a line in `EXPORTS`; the page, the API, the command
line and the documents show it then.
"""

from __future__ import annotations

from collections.abc import Iterator

from fer_web.errors import NoExport
from fer_web.reports.exports import openface, py_feat
from fer_web.reports.exports.columns import lines_of, numbered
from fer_web.reports.exports.elan import eaf
from fer_web.reports.exports.events import events_json, events_tsv
from fer_web.reports.exports.export import Export, Exported, ExportFile
from fer_web.reports.exports.parquet import readings_parquet

__all__ = ["EXPORTS", "Export", "ExportFile", "Exported", "file_of"]


def _elan(exported: Exported) -> Iterator[bytes]:
    yield eaf(exported.happenings, exported.media)


def _events(exported: Exported) -> Iterator[bytes]:
    yield from events_tsv(exported.happenings)


def _events_told(_: Exported) -> Iterator[bytes]:
    yield events_json()


def _openface(exported: Exported) -> Iterator[bytes]:
    yield from lines_of(openface.COLUMNS, numbered(exported.readings(), exported.recording.width), ",")


def _py_feat(exported: Exported) -> Iterator[bytes]:
    yield from lines_of(py_feat.COLUMNS, numbered(exported.readings(), exported.recording.width), ",")


def _parquet(exported: Exported) -> Iterator[bytes]:
    yield from readings_parquet(exported.recording, exported.readings())


# By name, in the order of the page.
EXPORTS: dict[str, Export] = {
    export.name: export
    for export in (
        Export(
            "elan",
            "ELAN",
            "Annotations on a timeline: expressions, blinks, smiles, looks away, markers; tiers for each person.",
            (ExportFile("annotations.eaf", "application/xml", _elan),),
        ),
        Export(
            "events",
            "BIDS events",
            "The same events as a table with a file that explains its columns, for studies that follow BIDS.",
            (
                ExportFile("events.tsv", "text/tab-separated-values; charset=utf-8", _events),
                ExportFile("events.json", "application/json", _events_told),
            ),
        ),
        Export(
            "parquet",
            "Parquet",
            "All readings with types and units, for pandas, R, DuckDB and Spark.",
            (ExportFile("readings.parquet", "application/vnd.apache.parquet", _parquet),),
            package="pyarrow",
            extra="parquet",
        ),
        Export(
            "openface",
            "OpenFace CSV",
            "Gaze and head pose under OpenFace's names, in its units and signs, for scripts written for it.",
            (ExportFile("openface.csv", "text/csv; charset=utf-8", _openface),),
        ),
        Export(
            "py-feat",
            "py-feat CSV",
            "Expressions and head pose under py-feat's names, in its units and signs, for scripts written for it.",
            (ExportFile("py-feat.csv", "text/csv; charset=utf-8", _py_feat),),
        ),
    )
}


def file_of(name: str) -> tuple[Export, ExportFile]:
    """The export that has a file of this name; NoExport, which lists the names."""
    for export in EXPORTS.values():
        for file in export.files:
            if file.name == name:
                return export, file
    known = ", ".join(file.name for export in EXPORTS.values() for file in export.files)
    raise NoExport(f"there is no export {name[:40]!r}; there are {known}")
