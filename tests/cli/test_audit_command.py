"""The whole command on pictures made of one portrait, which the served models call happy."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_web.cli import main
from fer_web.core import Frame
from fer_web.core.proportion import wilson

PICTURES = 32


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory, astronaut: Frame) -> Path:
    """The portrait 32 times, darker from one to the next, half of them labeled as sad, in two groups; one picture
    without a face, one file that is no picture, one folder that names no expression.
    """
    folder = tmp_path_factory.mktemp("audit") / "portraits"
    small = Image.fromarray(astronaut.pixels).crop((120, 0, 320, 240))
    rows = []
    for number in range(PICTURES):
        label = "Happiness" if number % 2 else "sad"
        path = folder / label / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        small.point(lambda value, number=number: round(value * (1 - number / 200))).save(path)
        rows.append((f"{label}/{number}.png", "all", "few" if number < 5 else ""))
    Image.fromarray(np.full((200, 200, 3), 90, np.uint8)).save(folder / "sad" / "wall.png")
    (folder / "sad" / "broken.jpg").write_bytes(b"no picture")
    (folder / "contempt").mkdir()
    small.save(folder / "contempt" / "1.png")
    with (folder.parent / "groups.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("file", "who", "size"), *rows])
    return folder


def test_an_audit_of_a_portrait(pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    groups = str(pictures.parent / "groups.csv")
    models = ["--model", "xception", "--model", "xception-small"]

    assert main(["audit", str(pictures), "--groups", groups, *models, "--out", "out"]) == 1  # one file is broken

    said = capsys.readouterr()
    assert "error: sad/broken.jpg: " in said.err
    assert "warning: 1 picture is left out: their folders (“contempt”)" in said.err
    assert said.out.splitlines()[-1] == f"-> {Path('out', 'report.html')}"
    found = json.loads((tmp_path / "out" / "audit.json").read_text(encoding="utf-8"))
    share = wilson(PICTURES, PICTURES + 1)
    for model in ("xception", "xception-small"):
        measured = found["overall"][model]
        assert measured["faces_found"] == {
            "value": round(share.value, 4), "low": round(share.low, 4), "high": round(share.high, 4), "count": 33,
        }  # fmt: skip
        assert measured["recall"]["happy"]["value"] == 1
        assert measured["recall"]["sad"]["value"] == 0
        assert measured["accuracy"]["value"] == 0.5
    assert list(found["groups"]["who"]["groups"]) == ["all"]
    assert found["groups"]["size"]["too_small"] == {"few": 5}
    with (tmp_path / "out" / "pictures.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * (PICTURES + 2)
    assert {row["dominant_emotion"] for row in rows if row["file"] == "Happiness/1.png"} == {"happy"}
    report = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "“few” has 5 pictures: fewer than 30 say too little" in report


def test_results_are_not_written_over_unless_that_is_asked_for(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "list.csv").write_text(f"file,expression\n{pictures / 'Happiness' / '1.png'},happy\n")
    command = ["audit", "list.csv", "--model", "xception-small"]

    assert main(command) == 0
    assert main(command) == 1
    assert "audit already contains a report.html: choose another folder with --out" in capsys.readouterr().err
    assert main([*command, "--overwrite", "--quiet"]) == 0
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["gone"], 1, "no such file or folder: gone"),
        (["--model", "a", "--model", "b", "--model", "c", "gone"], 2, "give one or two models, not 3"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    arguments: list[str], code: int, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["audit", *arguments]) == code
    assert sentence in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_named_before_the_work(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_web.vision.Analyzer.load", lambda *_: pytest.fail("the work began"))
    (tmp_path / "taken").touch()

    assert main(["audit", str(pictures), "--out", "taken/out"]) == 1
    assert f"--out: {Path('taken/out')} cannot be created: " in capsys.readouterr().err


def test_a_model_that_there_is_not_is_named(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", str(pictures), "--model", "xception-small", "--model", "nobody"]) == 1
    assert "there is no model 'nobody'; there are" in capsys.readouterr().err
