"""An annotated copy really plays: pictures move, and a sound is heard."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from fer_web.analysis.video import analyze_file
from fer_web.vision import Analyzer
from tests.browser.conftest import Wait
from tests.clips import make_clip

PAGE = '<!doctype html><title>Copy</title><video src="{name}" muted loop autoplay></video>'
STATE = """
    const video = document.querySelector("video");
    return {
        time: video.currentTime, duration: video.duration, width: video.videoWidth, height: video.videoHeight,
        heard: video.webkitAudioDecodedByteCount, shown: video.getVideoPlaybackQuality().totalVideoFrames,
        error: video.error?.message ?? null,
    };
"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing about it."""

    def log_message(self, *given: Any) -> None: ...


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A folder and its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield tmp_path, f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("name", "codec", "sound"),
    [("a.mp4", "libx264", "aac"), ("b.mkv", "libx264", "pcm_s16le"), ("c.webm", "libvpx", "libopus")],
)
def test_a_copy_plays_with_its_sound(
    name: str, codec: str, sound: str, site: tuple[Path, str], browser: Chrome, wait: Wait, vision: Analyzer
) -> None:
    folder, address = site
    clip = make_clip(folder / name, 2, codec=codec, sound=sound, size=(241, 256) if name == "b.mkv" else (240, 256))
    analyze_file(clip, vision, lambda *_: None, annotated=folder / "copy.mp4")
    (folder / "index.html").write_text(PAGE.format(name="copy.mp4"))

    browser.get(f"{address}/index.html")

    def state(driver: Chrome) -> dict[str, Any]:
        found: dict[str, Any] = driver.execute_script(STATE)
        assert found["error"] is None
        return found

    wait(browser).until(lambda driver: state(driver)["time"] > 0.3)
    wait(browser).until(lambda driver: state(driver)["heard"] > 0 and state(driver)["shown"] > 5)
    seen = state(browser)
    assert (seen["width"], seen["height"]) == ((242, 256) if name == "b.mkv" else (240, 256))
    assert seen["duration"] == pytest.approx(2, abs=0.1)
