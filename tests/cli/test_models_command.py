from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from fer_web.cli import main
from fer_web.resources import MODELS
from fer_web.vision import landmarks


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


def test_other_peoples_networks_are_listed_with_their_license(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "--models-dir", str(models)]) == 0
    listed = {line.split()[0]: line for line in capsys.readouterr().out.splitlines()}
    assert listed["yunet"].endswith("MIT")
    assert listed["face-mesh"].endswith("Apache-2.0")


def test_every_file_that_serving_reads_is_verified(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "verify", "--models-dir", str(models)]) == 0
    told = {line.partition(":")[0] for line in capsys.readouterr().out.splitlines()}
    assert {"xception.keras", "xception.tflite", "yunet-640x480.tflite", "face-mesh.tflite", "movements.tflite"} < told


def test_a_changed_export_is_found(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (models / "xception.tflite").open("ab") as file:
        file.write(b"x")

    assert main(["models", "verify", "--models-dir", str(models)]) == 1
    assert "xception.tflite has another SHA-256" in capsys.readouterr().err


def test_a_changed_network_of_other_people_is_found(models: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for file in MODELS.glob("yunet*"):
        shutil.copy(file, models)
    (models / "yunet-128x128.tflite").write_bytes(b"x")

    assert main(["models", "verify", "--models-dir", str(models)]) == 1
    assert "yunet-128x128.tflite was changed or damaged" in capsys.readouterr().err


def test_a_missing_landmark_file_is_told_and_is_no_failure(
    models: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landmarks, "_package_folders", list)

    assert main(["models", "verify", "--models-dir", str(models)]) == 0
    assert f"{landmarks.PREDICTOR_FILE}: not installed" in capsys.readouterr().out
