"""What users get: the description of the API, answers to photos, and a video's files.

Photos and the video come from the program's own demo, so that everybody has them. The video is kept without loss
(FFV1), because what a lossy encoder writes depends on the number of processors.
"""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from fer_web.cli import main
from fer_web.core import Pixels
from fer_web.resources import MODELS
from fer_web.sources.demo import DemoShow
from fer_web.sources.demo_plan import parse_demo
from fer_web.vision import Analyzer
from tests.clips import FPS, make_clip
from tests.golden.conftest import Goldens
from tests.web.client import make_app

EXIF_ORIENTATION, TURNED_LEFT = 0x0112, 6
FILMED_AT = 1_700_000_000
SIZE, SECONDS = (560, 420), 4.0


@pytest.fixture(scope="module")
def served() -> Analyzer:
    """The vision with the network that is served."""
    return Analyzer.load(MODELS, "xception")


def photos() -> dict[str, bytes]:
    """One face; three faces, as a JPEG that its camera turned; nobody."""
    alone, three = (DemoShow(parse_demo(f"demo:?faces={count}".removeprefix("demo:"))).picture(40) for count in (1, 3))
    turned = Image.Exif()
    turned[EXIF_ORIENTATION] = TURNED_LEFT
    lying = Image.fromarray(three).transpose(Image.Transpose.ROTATE_90)
    return {
        "alone.png": encoded(Image.fromarray(alone), "PNG"),
        "three.jpg": encoded(lying, "JPEG", quality=95, exif=turned),
        "nobody.webp": encoded(Image.new("RGB", (320, 240), "teal"), "WEBP", lossless=True),
    }


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def test_the_api_describes_itself_as_before(goldens: Goldens) -> None:
    """Names and structure; the order of keys may change."""
    found = make_app().test_client().get("/openapi.json").get_json()

    goldens.same("openapi.json", json.dumps(found, indent=1, sort_keys=True) + "\n")


def test_photos_are_answered_as_before(goldens: Goldens, served: Analyzer) -> None:
    client, found = make_app(served).test_client(), {}
    for name, photo in photos().items():
        answer = client.post("/predict?landmarks=true&keypoints=true", data=photo, content_type="image/*").get_json()
        found[name] = {**answer, "timing_ms": sorted(answer["timing_ms"])}

    goldens.same("predict.json", json.dumps(found, indent=1) + "\n")


def test_a_videos_files_are_as_before(
    goldens: Goldens, served: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two people who move and blink."""
    show = DemoShow(parse_demo(f"?size={SIZE[0]}x{SIZE[1]}&faces=2&fps={FPS}"))

    def filmed(time_s: float, size: tuple[int, int]) -> Pixels:
        return show.picture(round(time_s * FPS))

    clip = make_clip(tmp_path / "demo.mkv", SECONDS, size=SIZE, codec="ffv1", sound=None, picture=filmed)
    os.utime(clip, (FILMED_AT, FILMED_AT))
    monkeypatch.setattr("fer_web.vision.Analyzer.load", lambda *_: served)

    assert main(["analyze", str(clip), "--out", str(tmp_path / "out"), "--quiet"]) == 0

    for name in ("readings.csv", "summary.json", "report.html"):
        goldens.same(name, (tmp_path / "out" / "demo" / name).read_text(encoding="utf-8"))
