"""The network on what cameras make of faces, and the comparison of crops, from the command line."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_web.cli.main import main
from fer_web.core import Frame
from fer_web.study.bench.conditions import CONDITIONS
from fer_web.study.training.reframe import faces_in


@pytest.fixture(scope="session")
def data(astronaut: Frame, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two PublicTest pictures: a face, and none."""
    gray = cv2.cvtColor(astronaut.pixels[52:192, 154:294], cv2.COLOR_RGB2GRAY)
    face = cv2.resize(gray, (48, 48), interpolation=cv2.INTER_AREA)
    path = tmp_path_factory.mktemp("public") / "data.npz"
    np.savez(path, pixels=np.stack([face, np.full_like(face, 128)]), emotion=np.array([3, 3]), usage=np.array([1, 1]))
    return path


def test_conditions_are_told_with_the_faces_that_are_found(
    data: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "conditions", "--data", str(data), "--models", str(tiny_models), "--model", "xception"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert [line[:26].strip() for line in lines[2:]] == list(CONDITIONS)
    assert lines[2].split()[3] == "50.0%"
    assert lines[2].split()[4] in ("0.0%", "100.0%")


def test_crops_are_compared_on_the_faces_that_are_found(
    data: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", "framing", "--data", str(data), "--models", str(tiny_models), "--model", "xception"]) == 0

    head, *lines = capsys.readouterr().out.splitlines()
    assert head.startswith("1 of 2 PublicTest pictures")
    assert len(lines) == 5


def test_without_pictures_there_is_nothing_to_draw(
    data: Path, tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--data", str(data), "--models", str(tiny_models), "--model", "xception", "--count", "0"]
    assert main(["bench", "conditions", *words]) == 1
    assert "no picture to draw" in capsys.readouterr().err


@pytest.mark.parametrize("name", CONDITIONS)
def test_a_condition_changes_the_picture_but_a_face_stays_in_it(name: str, astronaut: Frame) -> None:
    gray = cv2.cvtColor(astronaut.pixels[30:222, 128:320], cv2.COLOR_RGB2GRAY)

    changed = CONDITIONS[name](gray, np.random.default_rng(0))

    assert changed.dtype == np.uint8
    assert (name == "as it is") == np.array_equal(changed, gray)
    assert faces_in([changed])[0] is not None
