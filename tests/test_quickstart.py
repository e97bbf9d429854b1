"""docs/quickstart.ipynb runs as it stands, and can be read where nothing runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from fer_web.resources import ROOT

NOTEBOOK = ROOT / "docs" / "quickstart.ipynb"
RUN_S = 180


def outputs(notebook: Any) -> list[Any]:
    return [output for cell in notebook.cells for output in cell.get("outputs", ())]


def images(notebook: Any) -> int:
    return sum(any(kind.startswith("image/") for kind in output.get("data", ())) for output in outputs(notebook))


@pytest.mark.server
def test_it_runs_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    for cell in notebook.cells:
        cell.pop("outputs", None) if cell.cell_type == "markdown" else cell.update(outputs=[], execution_count=None)

    NotebookClient(notebook, timeout=RUN_S, kernel_name="python3").execute(cwd=str(tmp_path))

    printed = "".join(output.get("text", "") for output in outputs(notebook) if output.output_type == "stream")
    assert printed.startswith("ready\n")
    assert "happy" in printed
    assert printed.endswith("the service has ended\n")
    assert images(notebook) == 2


def test_it_is_kept_with_its_pictures_and_without_traces_of_a_machine() -> None:
    notebook = nbformat.read(NOTEBOOK, as_version=4)

    assert images(notebook) == 2
    assert [output for output in outputs(notebook) if output.output_type == "error"] == []
    assert re.findall(r"/(?:home|root|tmp|work|Users|usr)/", NOTEBOOK.read_text(encoding="utf-8")) == []
    assert NOTEBOOK.stat().st_size < 200_000
