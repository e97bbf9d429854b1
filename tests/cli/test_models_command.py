from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fer_web.cli import main


@pytest.fixture
def models(tiny_models: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(tiny_models, tmp_path / "models"))


def test_models_are_listed(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--models-dir", str(models)]) == 0
    assert capsys.readouterr().out.split()[:2] == ["xception", "test"]


def test_an_unchanged_model_is_verified(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify", "--models-dir", str(models)]) == 0
    assert "matches its card" in capsys.readouterr().out


def test_a_changed_model_is_found(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (models / "xception.keras").open("ab") as file:
        file.write(b"x")

    assert main(["models", "verify", "--models-dir", str(models)]) == 1
    assert "changed or damaged" in capsys.readouterr().err


def test_an_empty_folder_is_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--models-dir", str(tmp_path)]) == 1
    assert "there are no models" in capsys.readouterr().err
