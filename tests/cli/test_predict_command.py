from __future__ import annotations

import csv
import json
import os
import shutil
import sys
from io import BytesIO, TextIOWrapper
from pathlib import Path

import pytest
from PIL import Image

from fer_web.analysis.results import FACE_COLUMNS
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


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Two images, one without faces, and one that is broken."""
    folder = tmp_path / "photos"
    (folder / "trip").mkdir(parents=True)
    (folder / "a.png").write_bytes(picture())
    (folder / "broken.jpg").write_bytes(picture("JPEG")[:60])
    (folder / "trip" / "a.jpg").write_bytes(picture("JPEG"))
    (folder / "nobody.png").write_bytes(picture(color="black"))
    return folder


def test_a_folder_becomes_a_table_of_its_faces_past_what_is_broken(
    photos: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "photos", "--csv", "faces.csv"]) == 1

    said = capsys.readouterr()
    assert said.out == "4 faces in 3 images; 1 could not be read\n"
    assert said.err.startswith("error: photos/broken.jpg: ")
    with Path("faces.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [(row["file"], row["face_id"]) for row in rows] == [
        (name, place) for name in ("photos/a.png", "photos/trip/a.jpg") for place in "01"
    ]
    assert [row["region_w"] for row in rows[:2]] == ["30", "10"]
    assert float(rows[0]["happy"]) == pytest.approx(0.7, abs=1e-6)
    assert rows[0]["dominant_emotion"] == "happy"


def test_the_table_has_the_columns_of_the_python_api_and_the_files_name(image: str) -> None:
    assert main(["predict", image, "--csv", "faces.csv"]) == 0

    columns = Path("faces.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
    assert columns == ["file", *FACE_COLUMNS]


def test_a_table_and_json_can_be_had_together(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", "--json", "--csv", "faces.csv", image]) == 0

    assert len(json.loads(capsys.readouterr().out)["results"]) == 2
    assert len(Path("faces.csv").read_text(encoding="utf-8").splitlines()) == 3


def test_a_name_in_the_table_is_never_a_formula(tmp_path: Path) -> None:
    (tmp_path / "=1+1.png").write_bytes(picture())

    assert main(["predict", "=1+1.png", "--csv", "faces.csv"]) == 0
    assert Path("faces.csv").read_text(encoding="utf-8").splitlines()[1].startswith("'=1+1.png,")


def test_an_image_is_not_overwritten_by_the_table(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    """`predict --csv *.png`, where the name of the table was forgotten."""
    before = Path(image).read_bytes()

    assert main(["predict", "--csv", image, image]) == 2
    assert "is named like an image" in capsys.readouterr().err
    assert Path(image).read_bytes() == before


def test_a_table_that_cannot_be_written_is_named(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", image, "--csv", "missing/faces.csv"]) == 2
    assert "--csv: missing/faces.csv cannot be written" in capsys.readouterr().err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_table_on_a_full_disk_ends_the_work_with_a_sentence(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["predict", image, image, "--csv", "/dev/full"]) == 1
    assert capsys.readouterr().err.splitlines() == [
        "error: --csv: the table cannot be written: No space left on device"
    ]


def test_annotated_copies_are_written_beside_and_never_over_the_originals(photos: Path) -> None:
    before = {path: path.read_bytes() for path in photos.rglob("*") if path.is_file()}

    for _ in range(2):  # the second time its own copies are no images
        assert main(["predict", "photos", "--annotate", "photos"]) == 1

    names = {path.name for path in photos.rglob("*") if path.is_file()} - {path.name for path in before}
    assert names == {"a-annotated.jpg", "nobody-annotated.jpg", "a_2-annotated.jpg"}
    assert {path: path.read_bytes() for path in before} == before
    with Image.open(photos / "a-annotated.jpg") as copy:
        assert copy.size == (60, 40)
        assert len(copy.getcolors(60 * 40) or []) > 10  # no longer in one color


def test_places_without_images_are_told_and_the_others_answered(image: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("empty").mkdir()

    assert main(["predict", "empty", "*.gif", image]) == 1

    said = capsys.readouterr()
    assert said.err.splitlines() == ["error: no images in empty", "error: no file matches *.gif"]
    assert len(said.out.splitlines()) == 3


def test_a_bar_moves_on_a_terminal_alone(
    image: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", image, image, "--csv", "faces.csv"]) == 0
    assert capsys.readouterr().err == ""

    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    assert main(["predict", image, image, "--csv", "faces.csv"]) == 0
    assert "/2 [" in capsys.readouterr().err
