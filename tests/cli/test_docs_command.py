"""`fer-web docs`: tables of the documents follow from the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.cli.docs import END, TABLES
from fer_web.cli.main import main

OLD = f"# Settings\n\n<!-- table: settings -->\nold\n{END}\n\nMore.\n"


def test_the_documents_here_are_up_to_date() -> None:
    assert main(["docs", "--check"]) == 0


def test_a_table_that_is_out_of_date_is_named_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "settings.md"
    page.write_text(OLD, encoding="utf-8")

    assert main(["docs", "--check", "--folder", str(tmp_path)]) == 1
    assert "settings.md: tables are out of date" in capsys.readouterr().err
    assert page.read_text(encoding="utf-8") == OLD

    assert main(["docs", "--folder", str(tmp_path)]) == 0
    assert (
        page.read_text(encoding="utf-8")
        == f"# Settings\n\n<!-- table: settings -->\n{TABLES['settings']()}{END}\n\nMore.\n"
    )
    assert main(["docs", "--check", "--folder", str(tmp_path)]) == 0


def test_a_table_that_nobody_can_make_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.md").write_text(f"<!-- table: moods -->\n{END}\n", encoding="utf-8")

    assert main(["docs", "--folder", str(tmp_path)]) == 1
    assert "there is no table 'moods'" in capsys.readouterr().err


def test_a_folder_without_documents_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["docs", "--folder", str(tmp_path)]) == 1
    assert "contains no documents" in capsys.readouterr().err
