"""Files whose names are no UTF-8, as of old disks and cameras: they are analyzed, and their names can be read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fer_web.cli import main
from fer_web.jobs.folder_target import ANNOTATED, REPORT, SUMMARY
from tests.clips import make_clip
from tests.fixed_vision import FixedVision
from tests.web.client import FakeVision, picture

# 'café' in Latin-1, '表' in Shift-JIS, and what is no text in any code page.
NAMES = [(b"caf\xe9", "caf\\xe9"), (b"\x95\\", "\\x95\\"), (b"\xff\xfe", "\\xff\\xfe")]


def placed(folder: Path, name: bytes, content: bytes) -> str:
    path = os.fsencode(folder) + b"/" + name
    try:
        Path(os.fsdecode(path)).write_bytes(content)
    except (OSError, UnicodeError):
        pytest.skip("this system has no such names")
    return os.fsdecode(path)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return make_clip(tmp_path_factory.mktemp("clips") / "talk.mp4", 0.4).read_bytes()


@pytest.fixture
def _fixed_vision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.vision.Analyzer.load", FixedVision.load)


@pytest.mark.usefixtures("_fixed_vision")
@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_video_is_analyzed_and_its_name_told_with_the_wrong_bytes_escaped(
    name: bytes, shown: str, clip: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = placed(tmp_path, name + b".mp4", clip)

    assert main(["analyze", path, "--annotate", "--out", str(tmp_path / "out")]) == 0
    assert main(["analyze", path, "--annotate", "--out", str(tmp_path / "out")]) == 0

    first, again = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{shown}.mp4: 0.4 s")
    assert again == f"{shown}.mp4: already finished; use --overwrite to analyze it again"
    folder = tmp_path / "out" / os.fsdecode(name)
    assert (folder / ANNOTATED).is_file()
    assert json.loads((folder / SUMMARY).read_text(encoding="utf-8"))["recording"]["name"] == f"{shown}.mp4"
    assert f"{shown}.mp4" in (folder / REPORT).read_text(encoding="utf-8")


@pytest.mark.usefixtures("_fixed_vision")
def test_videos_of_the_same_unreadable_name_are_told_apart(clip: bytes, tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        placed(tmp_path / folder, b"caf\xe9.mp4", clip)

    assert main(["analyze", "a", "b", "--quiet", "--out", "out"]) == 0
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_what_is_wrong_with_such_a_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = placed(tmp_path, b"caf\xe9.mp4", b"no video")

    assert main(["analyze", path, os.fsdecode(b"gone\xe9.mp4")]) == 1

    said = capsys.readouterr().err
    assert "error: no such file: gone\\xe9.mp4" in said
    assert "error: caf\\xe9.mp4 is not a video" in said


@pytest.mark.parametrize(("name", "shown"), NAMES)
def test_a_picture_is_analyzed_and_its_name_told_as_well(
    name: bytes, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("fer_web.vision.Analyzer.load", lambda *_: FakeVision())
    placed(tmp_path, name + b".png", picture())
    given = os.fsdecode(name) + ".png"

    assert main(["predict", "--explain", os.fsdecode(b"seen\xe9"), given]) == 0
    assert main(["predict", "--json", given]) == 0
    assert main(["predict", given + "x"]) == 1

    said = capsys.readouterr()
    assert said.out.splitlines()[1].startswith(f"{shown}.png ")
    assert json.loads(said.out.splitlines()[3])["file"] == f"{shown}.png"
    assert said.err.startswith(f"error: {shown}.pngx: it cannot be read")
