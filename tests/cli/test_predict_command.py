from __future__ import annotations

import json
import os
import shutil
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest

from fer_web.cli import main
from tests.web.client import FakeVision, picture


@pytest.fixture(autouse=True)
def _fake_vision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.vision.Analyzer.load", lambda *_: FakeVision())


@pytest.fixture
def image(tmp_path: Path) -> str:
    path = tmp_path / "two.png"
    path.write_bytes(picture())
    return str(path)


def test_the_table_has_a_line_a_face(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", image]) == 0

    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["image", "face", "expression", "probability"]
    assert [line.split()[1:4] for line in lines] == [["1", "happy", "0.70"], ["2", "happy", "0.70"]]


def test_a_picture_without_faces_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "black.png").write_bytes(picture(color="black"))

    assert main(["predict", "black.png"]) == 0
    assert "no face" in capsys.readouterr().out


def test_json_is_the_apis_answer_a_line_a_picture(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--json", "--with-landmarks", image, image]) == 0

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["file"] for line in lines] == [image, image]
    assert len(lines[0]["results"][0]["landmarks"]) == 68


def test_what_the_network_looked_at_is_written_for_every_face(image: str, tmp_path: Path) -> None:
    assert main(["predict", "--explain", str(tmp_path / "seen"), image]) == 0

    assert sorted(path.name for path in (tmp_path / "seen").iterdir()) == ["two-1.png", "two-2.png"]


def test_pictures_of_one_name_are_explained_in_files_of_their_own(image: str, tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    again = shutil.copy(image, tmp_path / "more")

    assert main(["predict", "--explain", str(tmp_path / "seen"), image, again]) == 0

    names = ["two-1.png", "two-2.png", "two_2-1.png", "two_2-2.png"]
    assert sorted(path.name for path in (tmp_path / "seen").iterdir()) == names


def test_a_folder_that_cannot_be_made_is_named(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--explain", image, image]) == 2
    assert "two.png cannot be created" in capsys.readouterr().err


def test_a_refused_picture_ends_with_1_but_the_others_are_answered(
    image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")

    assert main(["predict", "missing.png", "text.png", image]) == 1

    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 3
    assert [line.split(":")[1].strip() for line in said.err.splitlines()] == ["missing.png", "text.png"]


def test_json_tells_refusals_with_their_codes(image: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty.png").touch()

    assert main(["predict", "--json", "empty.png", "missing.png", image]) == 1

    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line.get("error", {}).get("code") for line in lines] == ["empty", "unreadable", None]


def test_a_picture_can_come_from_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(picture())))

    assert main(["predict", "-"]) == 0
    assert "happy" in capsys.readouterr().out


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_a_name_that_is_not_utf_8_is_shown_with_its_bytes(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], form: list[str]
) -> None:
    """`capfd` writes to a real file, which refuses what is no text, as a terminal does."""
    name = os.fsdecode(b"caf\xe9.png")
    (tmp_path / name).write_bytes(picture())
    missing = os.fsdecode(b"n\xfcll.png")

    assert main(["predict", *form, "--explain", os.fsdecode(b"dossier-\xe9"), name, missing]) == 1

    said = capfd.readouterr()
    assert ("caf\\\\xe9.png" if form else "caf\\xe9.png") in said.out
    assert "n\\xfcll.png" in (json.loads(said.out.splitlines()[-1])["file"] if form else said.err)
    assert Path(os.fsdecode(b"dossier-\xe9"), os.fsdecode(b"caf\xe9-1.png")).is_file()


def test_blanks_and_joiners_of_other_scripts_stay_in_names(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["Screenshot 10.15\u202fAM.png", "顔\u3000写真.png", "\U0001f468\u200d\U0001f469.png"]
    for name in names:
        (tmp_path / name).write_bytes(picture())

    assert main(["predict", "--json", *names]) == 0
    assert [json.loads(line)["file"] for line in capsys.readouterr().out.splitlines()] == names


def test_a_terminal_that_is_not_utf_8_shows_the_letters_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "顔.png").write_bytes(picture())
    terminal = TextIOWrapper(BytesIO(), encoding="latin-1")
    monkeypatch.setattr("sys.stdout", terminal)

    assert main(["predict", "顔.png"]) == 0

    terminal.flush()
    assert b"\\u9854.png" in terminal.buffer.getvalue()  # type: ignore[attr-defined]
