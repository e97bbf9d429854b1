"""The lines for pandas of docs/exports.md, run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fer_web.reports import write_readings_csv
from fer_web.resources import ROOT
from tests.reports.exports.made import exported, made

BLOCKS = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "exports.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_lines_for_pandas_run_as_they_stand_in_the_docs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    source, folder = exported([(1.0, "a")]), tmp_path / "talk"
    folder.mkdir()
    write_readings_csv(folder / "readings.csv", source.readings())
    for name in ("readings.parquet", "events.tsv"):
        (folder / name).write_bytes(made(name, source))
    monkeypatch.chdir(tmp_path)
    for block in BLOCKS:
        exec(block, {})  # noqa: S102

    told = capsys.readouterr().out
    assert len(BLOCKS) == 2
    assert re.search(r"happy\s+6\.0", told)
    assert "b'deg'" in told
