"""dlib's landmark file is loaded only when it is the published one."""

from __future__ import annotations

from pathlib import Path

import dlib
import pytest

from fer_web.cli.main import main
from fer_web.errors import ModelError
from fer_web.vision import landmarks


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A landmark file of which one byte is another, in the place of the real one."""
    data = bytearray(landmarks.predictor_path().read_bytes())
    data[len(data) // 2] ^= 1
    path = tmp_path / landmarks.PREDICTOR_FILE
    path.write_bytes(data)
    monkeypatch.setattr(landmarks, "predictor_path", lambda: path)
    landmarks.load_predictor.cache_clear()
    return path


def test_the_installed_file_is_the_published_one() -> None:
    assert landmarks.verified_predictor() == landmarks.predictor_path()


def test_a_file_that_was_changed_is_not_loaded(damaged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dlib, "shape_predictor", lambda path: pytest.fail(f"{path} was loaded"))

    with pytest.raises(ModelError, match=r"was changed or damaged; pip install --force-reinstall"):
        landmarks.load_predictor()


def test_verifying_the_models_verifies_the_landmarks_too(
    damaged: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "verify", "--models-dir", str(tiny_models)]) == 1
    assert landmarks.PREDICTOR_FILE in capsys.readouterr().err
