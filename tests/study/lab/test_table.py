from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest

from fer_web.cli import main
from fer_web.errors import DataError
from fer_web.resources import ROOT
from fer_web.study.lab.lab_commands import PAGE
from fer_web.study.lab.runs import RUNS, write_record
from fer_web.study.lab.table import BEGIN, END, as_csv, chart, epochs_text, insert, markdown, ordered_runs


def record(name: str = "svm-hog", **changes: Any) -> dict[str, Any]:
    share = {"value": 0.5512, "low": 0.535, "high": 0.5671, "count": 3589}
    return {
        "name": name,
        "state": "finished",
        "system": "support vector machine",
        "features": "HOG",
        "authors": {"accuracy": 32.8, "note": ""},
        "expressions": ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"],
        "quick": False,
        "seed": 0,
        "commit": "0123abcdef",
        "command": f"python -m fer_web lab run {name} --data fer2013.csv",
        "epochs": {"done": None, "planned": None},
        "trained_s": 90.0,
        "public_test": {"accuracy": share},
        "private_test": {"accuracy": share, "accuracy_without_duplicates": {**share, "value": 0.54}, "macro_f1": 0.48},
        "private_test_reads": [{"weights_sha256": "0", "date": "2026-11-21"}],
        **changes,
    }


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    for one in (
        record(
            "lightgbm-pixels", authors={"accuracy": None, "note": "never reported"}, epochs={"done": 7, "planned": 9}
        ),
        record("zzz"),
        record(),
        record("svm-both", state="started"),
    ):
        write_record(tmp_path / one["name"], one)
    return tmp_path


def test_rows_stand_in_the_laboratorys_order_and_unknown_ones_last(runs: Path) -> None:
    assert [one["name"] for one in ordered_runs(runs)] == ["svm-hog", "lightgbm-pixels", "zzz"]


def test_a_folder_without_runs_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no finished run: python -m fer_web lab run NAME"):
        ordered_runs(tmp_path)


def test_a_line_says_everything_about_its_run() -> None:
    line = markdown([record()]).splitlines()[2]

    assert line == (
        "| `svm-hog` | support vector machine | HOG | 32.8 | 55.1 | **55.1** (53.5 to 56.7) | 54.0 | 48.0 | none "
        "| 1.5 min | 0, 0123abcdef, `python -m fer_web lab run svm-hog --data fer2013.csv` |"
    )


def test_epochs_that_are_missing_can_be_seen() -> None:
    assert epochs_text(record(epochs={"done": 3, "planned": 40})) == "3 of 40"


def test_subsets_and_quick_runs_can_be_seen() -> None:
    line = markdown([record(expressions=["angry", "happy"], quick=True)])

    assert "HOG; 2 expressions" in line
    assert "(quick: a few pictures)" in line


def test_csv_has_a_column_for_each_figure(runs: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv(ordered_runs(runs)))))

    assert rows[0]["private_percent"] == "55.1"
    assert rows[1]["authors_percent"] == ""
    assert (rows[1]["epochs_done"], rows[1]["epochs_planned"]) == ("7", "9")
    assert rows[0]["private_test_reads"] == "1"


def test_the_table_goes_between_a_pages_markers(tmp_path: Path) -> None:
    page = tmp_path / "lab.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")

    insert(page, "new\n")

    assert page.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "lab.md"
    page.write_text("no place here\n")

    with pytest.raises(DataError, match="needs the lines"):
        insert(page, "new\n")
    assert page.read_text() == "no place here\n"


@pytest.mark.parametrize(("name", "start"), [("t.svg", b"<?xml"), ("t.png", b"\x89PNG")])
def test_a_chart_is_drawn_alike_every_time(runs: Path, tmp_path: Path, name: str, start: bytes) -> None:
    records = ordered_runs(runs)
    chart(records, tmp_path / "first" / name)
    chart(records, tmp_path / "second" / name)

    drawn = (tmp_path / "first" / name).read_bytes()
    assert drawn.startswith(start)
    assert drawn == (tmp_path / "second" / name).read_bytes()


def test_the_command_prints_or_writes(runs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "lab.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    words = ["lab", "table", "--runs", str(runs)]

    assert main(words) == 0
    printed = capsys.readouterr().out
    assert main([*words, "--out", str(page), "--chart", str(tmp_path / "t.svg")]) == 0
    assert main([*words, "--csv"]) == 0

    assert page.read_text() == f"{BEGIN}\n{printed}{END}\n"
    assert capsys.readouterr().out == as_csv(ordered_runs(runs))


def test_the_page_shows_what_the_run_folders_hold(tmp_path: Path) -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    page = tmp_path / "lab.md"
    page.write_text(text, encoding="utf-8")

    insert(page, markdown(ordered_runs(ROOT / RUNS)))

    assert page.read_text(encoding="utf-8") == text, "python -m fer_web lab table --out brings it up to date"
