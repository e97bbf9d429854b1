"""`python -m fer_web docs`: writes the tables of the documents that follow from declarations in the code.

A document says where a table belongs: `<!-- table: settings -->`, the table, `<!-- end of table -->`.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.core.readings import DOMINANT, MEASURES, with_dominant
from fer_web.errors import DataError
from fer_web.resources import ROOT
from fer_web.settings import Settings, variable

if TYPE_CHECKING:
    from fer_web.reports.exports.columns import ExportColumn

END = "<!-- end of table -->"
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n).*?(" + END + ")", re.DOTALL)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a table is out of date")
    parser.add_argument(
        "--folder", type=Path, default=ROOT / "docs", help="the folder with the documents (%(default)s)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the tables, or say which are out of date."""
    paths = sorted(args.folder.glob("*.md"))
    if not paths:
        raise DataError(f"{args.folder} contains no documents: they come with the source code, not with the package")
    stale = [path for path in paths if rewritten(path.read_text(encoding="utf-8")) != path.read_text(encoding="utf-8")]
    if args.check and stale:
        raise DataError(f"{', '.join(path.name for path in stale)}: tables are out of date; run `fer-web docs`")
    for path in stale:
        path.write_text(rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"{path.name}: tables written")
    return 0


def rewritten(text: str) -> str:
    """A document with its tables made anew; DataError for a table that nobody can make."""

    def table(found: re.Match[str]) -> str:
        if found[2] not in TABLES:
            raise DataError(f"there is no table {found[2]!r}; there are {', '.join(TABLES)}")
        return f"{found[1]}{TABLES[found[2]]()}{found[3]}"

    return _PLACE.sub(table, text)


def settings_table() -> str:
    """Every setting by its variable, with its default."""
    return _table(("Variable", "Default", "Meaning"), map(_setting_row, Settings.model_fields))


def _setting_row(name: str) -> tuple[str, str, str]:
    from fer_web.cli.settings import shown

    info = Settings.model_fields[name]
    default = "" if info.default in (None, (), "") else f"`{shown(info.default).removeprefix(f'{ROOT}/')}`"
    return f"`{variable(name)}`", default, info.description or ""


def measures_table() -> str:
    """Every column of readings.csv, with the place of measures in JSON."""
    known = {measure.name: measure for measure in MEASURES}
    rows = []
    for name in with_dominant(MEASURES):
        if name == DOMINANT:
            rows.append((f"`{name}`", f"`{DOMINANT}`", "the most probable of the seven"))
            continue
        measure = known[name]
        json_name = f"`{measure.group}.{measure.key}`" if measure.group else f"`{measure.key}`"
        rows.append((f"`{name}`", json_name, measure.meaning))
    return _table(("Column", "In JSON", "Meaning"), rows)


def overlays_table() -> str:
    """Every layer of the annotated image."""
    from fer_web.vision.overlays import OVERLAYS

    rows = [(f"`{one.name}`", one.meaning, "yes" if one.is_default else "") for one in OVERLAYS.values()]
    return _table(("`overlay`", "Shows", "By default"), rows)


def figures_table() -> str:
    """Every figure of the report."""
    from fer_web.reports.figures import FIGURES

    rows = [
        (
            f"`{one.name}`",
            one.meaning,
            ", ".join(["everybody"] * bool(one.of_group) + ["each person"] * bool(one.of_person)),
        )
        for one in FIGURES.values()
    ]
    return _table(("Figure", "Shows", "Of"), rows)


def exports_table() -> str:
    """Every export, with its files."""
    from fer_web.reports.exports import EXPORTS

    rows = [
        (f"`{one.name}`", ", ".join(f"`{file.name}`" for file in one.files), one.meaning) for one in EXPORTS.values()
    ]
    return _table(("Name", "Files", "Holds"), rows)


def openface_table() -> str:
    """Every column of openface.csv."""
    from fer_web.reports.exports import openface

    return _columns_table(openface.COLUMNS)


def py_feat_table() -> str:
    """Every column of py-feat.csv."""
    from fer_web.reports.exports import py_feat

    return _columns_table(py_feat.COLUMNS)


def events_table() -> str:
    """Every column of events.tsv."""
    from fer_web.reports.exports import events

    return _columns_table(events.COLUMNS)


def happenings_table() -> str:
    """Every kind of event."""
    from fer_web.reports.exports.spells import KINDS

    return _table(("`trial_type`", "Means"), [(f"`{name}`", meaning) for name, meaning in KINDS.items()])


def _columns_table(columns: Iterable[ExportColumn]) -> str:
    return _table(("Column", "Unit", "Meaning"), [(f"`{one.name}`", one.unit, one.meaning) for one in columns])


def sources_table() -> str:
    """Every kind of sources, with its addresses."""
    from fer_web.sources.drivers import DRIVERS

    rows = [(", ".join(f"`{one}`" for one in driver.examples), driver.meaning) for driver in DRIVERS.values()]
    return _table(("Address", "Opens"), rows)


def engines_table() -> str:
    """Every engine, with what it is made of."""
    from fer_web.vision.engines import ENGINES

    rows = [(f"`{one.name}`", one.detector, one.landmarks, one.runtime) for one in ENGINES.values()]
    return _table(("`FER_ENGINE`", "Finds faces", "Landmarks", "Classifies"), rows)


def outlets_table() -> str:
    """Every outlet, with what it sends."""
    from fer_web.outlets import OUTLETS

    rows = [(f"`{one.name}`", one.meaning, one.sends) for one in OUTLETS.values()]
    return _table(("`FER_OUTLETS`", "Sends to", "What"), rows)


def person_events_table() -> str:
    """Every field of the events of people, with the kinds that have it."""
    from fer_web.core.person_events import PERSON_EVENTS, PersonEvent, all_facts

    common = {fact.name for fact in PersonEvent.facts()}
    rows = []
    for fact in all_facts():
        having = [kind.kind for kind in PERSON_EVENTS.values() if fact.name in {one.name for one in kind.facts()}]
        rows.append((f"`{fact.name}`", "all" if fact.name in common else ", ".join(having), fact.meaning))
    return _table(("Field", "Of", "Meaning"), rows)


def own_results_table() -> str:
    """Our networks' figures in the columns of the published ones."""
    from fer_web.registry.beside import HEAD, own_rows
    from fer_web.registry.card import EXPRESSION
    from fer_web.registry.catalog import list_models
    from fer_web.resources import MODELS

    return _table(HEAD, own_rows(list_models(MODELS, EXPRESSION)))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


TABLES: Mapping[str, Callable[[], str]] = {
    "settings": settings_table,
    "measures": measures_table,
    "overlays": overlays_table,
    "figures": figures_table,
    "sources": sources_table,
    "exports": exports_table,
    "openface": openface_table,
    "py_feat": py_feat_table,
    "events": events_table,
    "happenings": happenings_table,
    "engines": engines_table,
    "outlets": outlets_table,
    "person_events": person_events_table,
    "own_results": own_results_table,
}
