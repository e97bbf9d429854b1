"""The Python API, as its users call it."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import fer_web
from fer_web import analyze_image, analyze_video, api
from fer_web.core import Emotion, Frame
from fer_web.errors import ImageError, SourceError
from fer_web.reports import read_readings_csv
from fer_web.reports.table import COLUMNS
from fer_web.vision import Analyzer
from tests.clips import FPS, SIZE, make_clip

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "python.md"


@pytest.fixture(autouse=True)
def _small_network(vision: Analyzer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "_vision", lambda *_: vision)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "talk.mp4", 1)


def test_a_picture_may_be_pixels_bytes_or_a_file(astronaut: Frame, tmp_path: Path) -> None:
    file = io.BytesIO()
    Image.fromarray(astronaut.pixels).save(file, "PNG")
    (tmp_path / "a.png").write_bytes(file.getvalue())

    by_pixels, by_bytes, by_path, by_text = (
        analyze_image(image)
        for image in (astronaut.pixels, file.getvalue(), tmp_path / "a.png", str(tmp_path / "a.png"))
    )

    assert by_pixels == by_bytes == by_path == by_text
    assert len(by_pixels) == 1
    face = by_pixels[0]
    assert sum(face.scores) == pytest.approx(1, abs=1e-5)
    assert face.dominant_emotion in Emotion
    assert 0 < face.region.left < face.region.right < by_pixels.width == 512
    assert by_pixels.model == "xception test"


def test_an_array_of_opencv_is_the_same_picture_when_its_channels_are_told(astronaut: Frame, tmp_path: Path) -> None:
    Image.fromarray(astronaut.pixels).save(tmp_path / "a.png")
    bgr = cv2.imread(str(tmp_path / "a.png"))

    assert analyze_image(bgr, channels="bgr") == analyze_image(astronaut.pixels)
    assert analyze_image(bgr) != analyze_image(astronaut.pixels)
    assert analyze_image(bgr[:, :, 1], channels="bgr") == analyze_image(astronaut.pixels[:, :, 1])
    assert analyze_image(str(tmp_path / "a.png"), channels="bgr") == analyze_image(astronaut.pixels)
    with pytest.raises(ValueError, match="'rgb' or 'bgr', not 'RGB'"):
        analyze_image(bgr, channels="RGB")  # type: ignore[arg-type]


EXIF_ORIENTATION, TURNED_LEFT = 0x0112, 6


def saved(image: Image.Image, path: Path, form: str) -> Path:
    """A file whose pixels Pillow answers in another form than RGB."""
    if form == "turned":
        exif = Image.Exif()
        exif[EXIF_ORIENTATION] = TURNED_LEFT
        image.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif)
    elif form == "transparent":
        clear = image.convert("RGBA")
        clear.putalpha(Image.new("L", image.size, 200))
        clear.save(path)
    else:
        image.convert(form).save(path)
    return path


@pytest.mark.parametrize("form", ["RGB", "L", "P", "turned", "transparent", "I;16"])
def test_pillows_image_is_read_as_its_file(astronaut: Frame, tmp_path: Path, form: str) -> None:
    image = Image.fromarray(astronaut.pixels)
    if form == "I;16":
        gray = np.asarray(image.convert("L")).astype(np.uint16) * 257
        Image.fromarray(gray).save(tmp_path / "a.png")
    else:
        saved(image, tmp_path / "a.png", form)

    with Image.open(tmp_path / "a.png") as opened:
        result = analyze_image(opened)

    assert len(result) == 1
    assert result == analyze_image(tmp_path / "a.png")


def test_a_damaged_file_that_pillow_opened_is_refused(astronaut: Frame, tmp_path: Path) -> None:
    Image.fromarray(astronaut.pixels).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:20_000])

    with Image.open(tmp_path / "a.png") as opened, pytest.raises(ImageError):
        analyze_image(opened)


def test_a_gray_picture_is_taken(astronaut: Frame) -> None:
    assert len(analyze_image(np.ascontiguousarray(astronaut.pixels[:, :, 1]))) == 1


def test_a_picture_without_faces_is_an_empty_list(tmp_path: Path) -> None:
    result = analyze_image(np.zeros((100, 100, 3), np.uint8))

    assert list(result) == result.to_records() == []
    assert not result
    result.to_csv(tmp_path / "none.csv")
    assert (
        (tmp_path / "none.csv")
        .read_text()
        .startswith("face_id,region_x,region_y,region_w,region_h,face_confidence,angry,")
    )


@pytest.mark.parametrize(
    "wrong", [b"no picture", "missing.jpg", np.zeros((4, 4), np.float32), np.zeros((4, 4, 4), np.uint8)]
)
def test_what_is_no_picture_is_refused(wrong: bytes | str) -> None:
    with pytest.raises(ImageError):
        analyze_image(wrong)


def test_a_video_is_its_readings(clip: Path, tmp_path: Path) -> None:
    done: list[float] = []

    result = analyze_video(clip, annotated=tmp_path / "copy.mp4", on_progress=lambda done_s, _: done.append(done_s))

    assert len(result) == len(done) == FPS
    assert [reading.time_s for reading in result[:3]] == pytest.approx([0, 1 / FPS, 2 / FPS], abs=1e-3)
    assert (result.recording.width, result.recording.height) == SIZE
    assert result.summary.readings == FPS
    assert (tmp_path / "copy.mp4").is_file()


def test_tables_have_the_columns_of_the_files(clip: Path, tmp_path: Path) -> None:
    result = analyze_video(str(clip))

    records = result.to_records()
    assert [tuple(record) for record in records] == [COLUMNS] * FPS
    assert {len({type(record[name]) for record in records} - {type(None)}) for name in COLUMNS} == {1}
    result.to_csv(tmp_path / "talk.csv")
    again = list(read_readings_csv(tmp_path / "talk.csv"))
    assert [reading.track_id for reading in again] == [reading.track_id for reading in result]
    assert json.loads(result.to_json(tmp_path / "talk.json")) == records
    assert json.loads((tmp_path / "talk.json").read_text()) == records


def test_a_pictures_table_can_be_read_again(astronaut: Frame, tmp_path: Path) -> None:
    result = analyze_image(astronaut.pixels)

    result.to_csv(tmp_path / "faces.csv")

    with (tmp_path / "faces.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == list(result.to_records()[0])
    assert float(rows[0]["happy"]) == result.to_records()[0]["happy"]
    assert rows[0]["uncertain"] in ("true", "false")


def test_a_video_can_be_left_early(clip: Path) -> None:
    assert len(analyze_video(clip, should_stop=lambda: True)) == 1


def test_what_is_no_video_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no such file"):
        analyze_video(tmp_path / "missing.mp4")


def test_importing_it_is_cheap() -> None:
    code = (
        "import sys, fer_web\nheavy = ('tensorflow', 'keras', 'cv2', 'dlib', 'av', 'flask', 'numpy')\n"
        "print([name for name in heavy if name in sys.modules])\nfrom fer_web import analyze_video\n"
        "print([name for name in ('tensorflow', 'keras', 'cv2', 'dlib', 'av', 'flask') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == ["[]", "[]"]


def test_a_name_that_it_has_not_is_missing() -> None:
    with pytest.raises(AttributeError, match="analyze_sound"):
        fer_web.analyze_sound  # noqa: B018


def test_the_guides_example_runs(
    clip: Path, astronaut: Frame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    examples = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "talk.mp4").write_bytes(clip.read_bytes())
    Image.fromarray(astronaut.pixels).save(tmp_path / "photo.jpg")
    monkeypatch.chdir(tmp_path)

    for example in examples:
        exec(compile(example, str(GUIDE), "exec"), {})  # noqa: S102

    assert len(examples) >= 2
    assert "face" in capsys.readouterr().out
    assert (tmp_path / "talk.csv").is_file()


def test_tables_for_german_excel_have_decimal_commas(astronaut: Frame, clip: Path, tmp_path: Path) -> None:
    for result in (analyze_image(astronaut.pixels), analyze_video(clip)):
        result.to_csv(tmp_path / "local.csv", separator=";")

        with (tmp_path / "local.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        assert list(rows[0]) == list(result.to_records()[0])
        assert "," in rows[0]["happy"]
        assert float(rows[0]["happy"].replace(",", ".")) == pytest.approx(result.to_records()[0]["happy"], abs=1e-6)
