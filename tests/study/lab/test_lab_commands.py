from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.cli import main
from fer_web.errors import DataError
from fer_web.study.lab.rows import all_rows, find_rows
from tests.study.lab.conftest import made_up, save


def test_names_are_unique_and_plain() -> None:
    rows = all_rows()

    assert all(name == row.name and name.replace("-", "").isalnum() for name, row in rows.items())
    assert {"svm-hog", "svm-landmarks", "svm-both", "lightgbm-pixels"} <= set(rows)


def test_all_means_all() -> None:
    assert find_rows(["all"]) == list(all_rows().values())


def test_unknown_rows_are_named() -> None:
    with pytest.raises(DataError, match="no row svm-nose; it has svm-hog-original"):
        find_rows(["svm-hog", "svm-nose"])


def test_a_row_is_run_listed_and_not_repeated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, runs = save(made_up(), tmp_path / "fer.npz"), tmp_path / "runs"
    places = ["--runs", str(runs)]
    words = ["lab", "run", "svm-hog-original", "--data", str(data), "--cache", str(tmp_path / "cache"), "--quick"]

    assert main([*words, *places, "--quiet", "--jobs", "1"]) == 0
    first = capsys.readouterr().out
    written = (runs / "svm-hog-original" / "run.json").stat().st_mtime_ns
    assert main([*words, *places, "--quiet"]) == 0
    assert main(["lab", "list", *places]) == 0

    listed = capsys.readouterr().out
    assert first.startswith("svm-hog-original: ")
    assert (runs / "svm-hog-original" / "run.json").stat().st_mtime_ns == written
    assert "svm-hog-original" in listed
    assert "not run" in listed


def test_no_epochs_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lab", "run", "svm-hog", "--data", str(tmp_path / "fer.npz"), "--epochs", "0"]) == 1
    assert "--epochs 0: a run needs at least one" in capsys.readouterr().err
