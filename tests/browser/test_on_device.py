"""Analyzing on the device alone: the server's answers, without the server."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from selenium.webdriver import Chrome

from fer_web.core import Emotion, Frame
from fer_web.core.movements import NAMES
from fer_web.resources import MODELS
from fer_web.settings import Settings
from fer_web.vision import Analyzer
from fer_web.web.pages.static_site import write_site
from tests.browser.conftest import Browse, Serve, Wait
from tests.browser.page import complaints, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check
from tests.browser.test_my_camera import film as film
from tests.browser.test_my_camera import watching

PATH = "/my-camera/on-device"
MODEL: str = Settings.model_fields["model"].default
PHOTOS = (
    "face_recognition/biden.jpg",
    "face_recognition/johnsnow_test1.jpg",
    "face_recognition/kit_with_rose.jpg",
    "face_recognition/lin-manuel-miranda.png",
    "face_recognition/obama.jpg",
    "face_recognition/obama2.jpg",
    "face_recognition/obama_and_biden.jpg",
    "dlib/2008_001322.jpg",
    "dlib/Tom_Cruise_avp_2014_4.jpg",
    "dlib/bald_guys.jpg",
)
MOST_SCORE_APART, MOST_MOVEMENT_APART = 0.02, 0.05
LONGEST_PX = 640
# What a page's own script does with a picture, without its camera.
ANALYZE = """
    const [manifest, pixels, width, height, done] = arguments;
    (async () => {
      const { src } = document.querySelector("script[type=module]");
      const { openEngine } = await import(src.replace("my-camera.js", "ondevice/engine.js"));
      const engine = await openEngine(manifest, () => {});
      await engine.ask("begin");
      const data = Uint8ClampedArray.from(atob(pixels), (letter) => letter.charCodeAt(0));
      return engine.ask("see", { width, height, data: data.buffer, timeS: 1 });
    })().then(done, (error) => done(String(error)));
"""
STILL_SENDS = """
    const done = arguments[0];
    fetch("/health/live").then(() => done("sent"), () => done("refused"));
"""


def photo(path: Path) -> Frame:
    """A photo as the page would take it from a camera: 640 pixels on its long side."""
    bgr = cv2.imread(str(path))
    assert bgr is not None, path
    scale = min(1.0, LONGEST_PX / max(bgr.shape[:2]))
    small = cv2.resize(bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return Frame(0, 1.0, np.asarray(cv2.cvtColor(small, cv2.COLOR_BGR2RGB), np.uint8))


def on_device(page: Chrome, frame: Frame) -> list[dict[str, Any]]:
    """What the page's analysis says of a picture, the first one that it sees."""
    rgba = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2RGBA)
    manifest = one(page, "#camera").get_attribute("data-manifest")
    answer = page.execute_async_script(ANALYZE, manifest, base64.b64encode(rgba.tobytes()).decode(), *frame.size)
    assert isinstance(answer, dict), answer
    return list(answer["results"])


def results(page: Chrome) -> int:
    return int(one(page, "#camera").get_attribute("data-results") or 0)


@pytest.mark.media
def test_ten_photos_get_the_scores_and_movements_of_the_server(server: Service, browser: Chrome, media: Path) -> None:
    vision = Analyzer.load(MODELS, MODEL)
    browser.get(f"{server.url}{PATH}")
    compared = 0
    for name in PHOTOS:
        frame = photo(media / "photos" / name)
        expected = vision.live()(frame).faces
        found = on_device(browser, frame)
        assert [face["region"]["x"] for face in found] == pytest.approx([f.region.left for f in expected], abs=2), name
        for face, other in zip(found, expected, strict=True):
            compared += 1
            assert other.scores is not None
            scores = [face["emotions"][emotion.value] for emotion in Emotion]
            assert scores == pytest.approx(other.scores.tolist(), abs=MOST_SCORE_APART), name
            assert (face["uncertain"], face["dominant_emotion"]) == (other.uncertain, str(other.dominant_emotion)), name
            assert (face["movements"] is None) == (other.movements is None), name
            if other.movements is not None:
                moves = [face["movements"][move] for move in NAMES]
                assert moves == pytest.approx(other.movements.tolist(), abs=MOST_MOVEMENT_APART), name
            if other.pose is not None:
                angles = [face["pose"][angle] for angle in ("yaw_deg", "pitch_deg", "roll_deg")]
                assert angles == pytest.approx([other.pose.yaw_deg, other.pose.pitch_deg, other.pose.roll_deg], abs=1)
            assert other.quality is not None
            assert face["quality"]["sharpness"] == pytest.approx(other.quality.sharpness, abs=0.03), name
            assert face["quality"]["brightness"] == pytest.approx(other.quality.brightness, abs=0.01), name
    assert compared >= len(PHOTOS)


def test_once_loaded_it_goes_on_without_a_network_and_sends_nothing(
    serve: Serve, browse: Browse, film: Any, wait: Wait
) -> None:
    server = serve(FER_MAX_VISITORS="0")  # the server itself would analyze nobody
    page = watching(browse, film("demo:"))
    page.get(f"{server.url}{PATH}")
    one(page, "#start").click()
    wait(page).until(lambda page: one(page, "#camera").get_attribute("data-state") == "running")
    loaded = page.execute_script("return performance.getEntriesByType('resource').length")

    assert page.execute_async_script(STILL_SENDS) == "refused"  # by the page's own policy: the server is there
    refused = complaints(page)
    assert refused
    assert [line for line in refused if "/health/live" not in line or "Content Security Policy" not in line] == []
    server.stop()
    seen = results(page)
    wait(page).until(lambda page: results(page) > seen + 30)
    assert text(page, "#emotion").lower() in {emotion.value for emotion in Emotion}
    assert text(page, "#sent") == "nothing"
    one(page, "#stop").click()
    one(page, "#start").click()  # again, from what is there
    wait(page).until(lambda page: one(page, "#camera").get_attribute("data-state") == "running")
    one(page, "button[popovertarget=help]").click()  # its icons are there
    after = page.execute_script("return performance.getEntriesByType('resource').length")
    assert after == loaded
    assert complaints(page) == []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The exported page below another one's address, by a server that knows nothing but files."""
    write_site(tmp_path / "www" / "team" / "faces", MODELS, MODEL)
    quiet = partial(Files, directory=str(tmp_path / "www"))
    with ThreadingHTTPServer(("127.0.0.1", 0), quiet) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/team/faces/"
        finally:
            server.shutdown()
            thread.join()


class Files(SimpleHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        self.asked.append(self.path)


def test_the_exported_page_works_from_any_server_of_files(site: str, browse: Browse, film: Any, wait: Wait) -> None:
    page = watching(browse, film("demo:"))
    Files.asked.clear()
    page.get(site)
    check(page)
    one(page, "#start").click()
    wait(page).until(lambda page: one(page, "#camera").get_attribute("data-state") == "running")
    asked = len(Files.asked)
    assert {path for path in Files.asked if not path.startswith("/team/faces/")} == set()
    seen = results(page)
    wait(page).until(lambda page: results(page) > seen + 60)

    assert len(Files.asked) == asked  # counted by the server: nothing since it was loaded
    assert text(page, "#emotion").lower() in {emotion.value for emotion in Emotion}
    assert one(page, "#overlay").get_attribute("data-faces") == "1"
    assert complaints(page) == []


def test_the_page_can_be_used_by_everybody(server: Service, browser: Chrome) -> None:
    browser.get(f"{server.url}{PATH}")

    check(browser)


def test_the_browser_camera_page_leads_there(server: Service, browser: Chrome) -> None:
    browser.get(f"{server.url}/my-camera")
    one(browser, "#invitation a").click()

    assert browser.current_url == f"{server.url}{PATH}"
    assert "neither pictures nor numbers leave this device" in text(browser, "#invitation")


def test_a_network_that_was_damaged_on_its_way_is_not_used(
    tmp_path: Path, site: str, browse: Browse, film: Any, wait: Wait
) -> None:
    damaged = tmp_path / "www" / "team" / "faces" / "models" / "movements.tflite"
    damaged.write_bytes(b"!" + damaged.read_bytes()[1:])
    page = watching(browse, film("demo:"))
    page.get(site)
    one(page, "#start").click()

    wait(page).until(lambda page: one(page, "#camera").get_attribute("data-state") == "lost")
    assert "movements.tflite was changed or damaged" in text(page, "#why")
