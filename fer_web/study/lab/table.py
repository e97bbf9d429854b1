"""The laboratory's table, made from the run folders alone: Markdown for `docs/lab.md`, CSV, and a chart.

Rows stand in the laboratory's order; what has not been run is left out, and what ran for fewer epochs than planned
says so.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from fer_web.core.text import harmless_cell
from fer_web.errors import DataError
from fer_web.study.lab.rows import all_rows
from fer_web.study.lab.runs import finished_runs

BEGIN, END = "<!-- lab table: begin -->", "<!-- lab table: end -->"
Record = Mapping[str, Any]

COLUMNS = ("row", "system", "features", "expressions", "authors_percent", "authors_note", "public_percent",
           "private_percent", "private_low", "private_high", "without_duplicates_percent", "macro_f1_percent",
           "epochs_done", "epochs_planned", "trained_s", "private_test_reads", "seed", "commit", "command")  # fmt: skip


def ordered_runs(runs: Path) -> list[Record]:
    """All finished runs, in the order of the rows; DataError where there are none."""
    records = finished_runs(runs)
    if not records:
        raise DataError(f"{runs} holds no finished run: python -m fer_web lab run NAME --data fer2013.csv makes one")
    order = list(all_rows())
    return [records[name] for name in sorted(records, key=lambda name: (_place(order, name), name))]


def _place(order: list[str], name: str) -> int:
    return order.index(name) if name in order else len(order)


def markdown(records: Iterable[Record]) -> str:
    """The table as it stands in the documentation."""
    lines = [
        "| row | what | features | authors | PublicTest | PrivateTest (95 %) | without duplicates | macro F1 | epochs "
        "| time | seed, commit, command |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    return "\n".join(lines + [f"| {' | '.join(_cells(record))} |" for record in records]) + "\n"


def _cells(record: Record) -> list[str]:
    private, share = record["private_test"], record["private_test"]["accuracy"]
    quick = " (quick: a few pictures)" if record["quick"] else ""
    return [
        f"`{record['name']}`{quick}",
        record["system"],
        record["features"] + _classes(record),
        _authors(record),
        _percent(record["public_test"]["accuracy"]["value"]),
        f"**{_percent(share['value'])}** ({_percent(share['low'])} to {_percent(share['high'])})",
        _percent(private["accuracy_without_duplicates"]["value"]),
        _percent(private["macro_f1"]),
        epochs_text(record),
        f"{record['trained_s'] / 60:.1f} min",
        f"{record['seed']}, {record['commit'] or 'no commit'}, `{record['command']}`",
    ]


def _classes(record: Record) -> str:
    count = len(record["expressions"])
    return "" if count == len("0123456") else f"; {count} expressions"


def _authors(record: Record) -> str:
    authors = record["authors"]
    if authors["accuracy"] is None:
        return authors["note"] or "none reported"
    return f"{authors['accuracy']:.1f}" + (f" ({authors['note']})" if authors["note"] else "")


def epochs_text(record: Record) -> str:
    """`3 of 40`, or `none` for what has no epochs."""
    epochs = record["epochs"]
    return "none" if epochs["planned"] is None else f"{epochs['done']} of {epochs['planned']}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}"


def as_csv(records: Iterable[Record]) -> str:
    """The same as CSV, with one column for each figure."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({name: harmless_cell(value) for name, value in _flat(record).items()})
    return text.getvalue()


def _flat(record: Record) -> dict[str, Any]:
    private, share = record["private_test"], record["private_test"]["accuracy"]
    return {
        "row": record["name"],
        "system": record["system"],
        "features": record["features"],
        "expressions": " ".join(record["expressions"]),
        "authors_percent": record["authors"]["accuracy"],
        "authors_note": record["authors"]["note"],
        "public_percent": _percent(record["public_test"]["accuracy"]["value"]),
        "private_percent": _percent(share["value"]),
        "private_low": _percent(share["low"]),
        "private_high": _percent(share["high"]),
        "without_duplicates_percent": _percent(private["accuracy_without_duplicates"]["value"]),
        "macro_f1_percent": _percent(private["macro_f1"]),
        "epochs_done": record["epochs"]["done"],
        "epochs_planned": record["epochs"]["planned"],
        "trained_s": record["trained_s"],
        "private_test_reads": len(record["private_test_reads"]),
        "seed": record["seed"],
        "commit": record["commit"],
        "command": record["command"],
    }


def insert(page: Path, table: str) -> None:
    """Put the table between a page's two markers; DataError where they are missing."""
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise DataError(f"{page} needs the lines {BEGIN} and {END}: the table goes between them")
    page.write_text(f"{before}{BEGIN}\n{table}{END}{after}", encoding="utf-8")


def chart(records: list[Record], path: Path) -> None:
    """A bar a row, ours beside the authors', as the PNG or SVG that `path` ends in; DataError without matplotlib."""
    try:
        from matplotlib import rc_context
        from matplotlib.figure import Figure
    except ImportError as error:
        raise DataError("the chart needs matplotlib: pip install -r requirements-train.txt") from error
    with rc_context({"svg.hashsalt": "lab"}):  # the same picture for the same runs
        figure = Figure(figsize=(8, 1 + 0.42 * len(records)), layout="constrained")
        _bars(figure.subplots(), records)
        figure.legend(loc="outside lower center", ncols=2)
        path.parent.mkdir(parents=True, exist_ok=True)
        is_svg = path.suffix == ".svg"
        figure.savefig(path, dpi=100, metadata={"Date": None} if is_svg else {"Software": None})


def _bars(axes: Any, records: list[Record]) -> None:
    ours = [100 * record["private_test"]["accuracy"]["value"] for record in records]
    errors = [
        [100 * (share["value"] - share["low"]) for share in _shares(records)],
        [100 * (share["high"] - share["value"]) for share in _shares(records)],
    ]
    places = list(range(len(records)))
    known = [place for place in places if records[place]["authors"]["accuracy"] is not None]
    theirs = [records[place]["authors"]["accuracy"] for place in known]
    axes.barh([place - 0.2 for place in places], ours, 0.38, xerr=errors, label="measured here, PrivateTest, 95 %")
    axes.barh([place + 0.2 for place in known], theirs, 0.38, label="reported by its authors", color="lightgray")
    for place, value in zip(places, ours, strict=True):
        told = f"{value:.1f}{_shortened(records[place])}"
        axes.text(1, place - 0.2, told, va="center", color="white", fontsize=8)
    axes.set_yticks(places, [record["name"] for record in records])
    axes.set(xlabel="accuracy, %", xlim=(0, 100))
    axes.margins(y=0.01)
    axes.invert_yaxis()


def _shortened(record: Record) -> str:
    """What a bar says of a run that had fewer epochs than planned."""
    done, planned = record["epochs"]["done"], record["epochs"]["planned"]
    return f", {epochs_text(record)} epochs" if planned is not None and done < planned else ""


def _shares(records: list[Record]) -> list[Mapping[str, float]]:
    return [record["private_test"]["accuracy"] for record in records]
