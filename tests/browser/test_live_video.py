"""The live page's picture as video, in real Chromium, and what the page does where that does not work."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from selenium.webdriver import Chrome

from fer_web.core import Pixels
from tests.browser.conftest import Programs, Serve, Wait
from tests.browser.looks import look
from tests.browser.network_camera import network_camera
from tests.browser.page import attribute, complaints, every, frame, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check
from tests.browser.test_live import viewers

PLAYED = """
    const video = document.getElementById("video");
    return video.hidden || video.readyState < 2 ? null : video.currentTime;
"""
# The video's current frame, small, as a list of numbers.
SHOWN = """
    const canvas = document.createElement("canvas");
    canvas.width = 160; canvas.height = 120;
    const context = canvas.getContext("2d");
    context.drawImage(document.getElementById("video"), 0, 0, 160, 120);
    return [...context.getImageData(0, 0, 160, 120).data];
"""
SIZE_SHOWN = """
    const video = document.getElementById("video");
    return video.hidden ? null : [video.videoWidth, video.videoHeight];
"""
ADDRESSES = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
REFUSED = """
    const ask = window.fetch;
    window.fetch = (address, options) => String(address).includes("/stream.mp4")
      ? Promise.resolve(new Response("{}", { status: STATUS })) : ask(address, options);
"""
CUT_OFF = """
    const ask = window.fetch;
    let cuts = 0;
    window.fetch = async (address, options) => {
      const answer = await ask(address, options);
      if (!String(address).includes("/stream.mp4")) return answer;
      const reader = answer.body.getReader();
      return new Response(new ReadableStream({
        async pull(out) {
          out.enqueue((await reader.read()).value);
          if (performance.now() < 4000 || cuts === MOST) return;
          cuts += 1;
          reader.cancel();
          out.error(new TypeError("network error"));
        },
      }));
    };
"""
# Opens a stream, and another as soon as its first bytes are being read; then come the first one's last events.
OPENED_TWICE = """
    const done = arguments[0];
    import("/static/video-player.js").then(({ VideoPlayer }) => {
      const video = document.createElement("video");
      video.muted = true;
      document.body.append(video);
      const player = new VideoPlayer(video);
      const append = SourceBuffer.prototype.appendBuffer;
      SourceBuffer.prototype.appendBuffer = function (bytes) {
        SourceBuffer.prototype.appendBuffer = append;
        append.call(this, bytes);
        player.open("/stream.mp4");
        this.dispatchEvent(new Event("updateend"));
        for (const late of ["loadeddata", "error"]) video.dispatchEvent(new Event(late));
      };
      for (const end of ["failed", "shown"]) {
        player.addEventListener(end, () => { done([end, video.readyState >= 2]); player.close(); }, { once: true });
      }
      player.open("/stream.mp4");
    });
"""
HINDRANCES = {
    "503": REFUSED.replace("STATUS", "503"),
    "404": REFUSED.replace("STATUS", "404"),
    "no MSE": "delete window.MediaSource; delete window.ManagedMediaSource;",
    "no codec": "MediaSource.prototype.addSourceBuffer = () => { throw new DOMException('no', 'NotSupportedError'); };",
    "no autoplay": "HTMLMediaElement.prototype.play = () => Promise.reject(new DOMException('no', 'NotAllowedError'));",
    "cut off": CUT_OFF.replace("MOST", "Infinity"),
}


@pytest.fixture(scope="module")
def video_server(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    service = Service(tmp_path_factory.mktemp("video"), FER_LIVE_VIDEO="mp4")
    try:
        service.start()
        yield service
    finally:
        service.stop()


def played(browser: Chrome) -> float | None:
    found = browser.execute_script(PLAYED)
    return None if found is None else float(found)


def open_page(browser: Chrome, server: Service, wait: Wait) -> None:
    browser.get(server.url)
    wait(browser).until(lambda _: every(browser, ".person[data-emotion]") and played(browser))


def test_the_page_plays_the_video_and_time_goes_on(video_server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, video_server, wait)

    before_s, shown = played(browser) or 0.0, browser.execute_script(SHOWN)
    wait(browser).until(lambda _: (played(browser) or 0.0) > before_s + 2)

    assert browser.execute_script(SHOWN) != shown
    assert not any(
        address.endswith("/stream") or "/stream?" in address for address in browser.execute_script(ADDRESSES)
    )
    assert viewers(video_server) == 2  # the video and the events
    assert complaints(browser) == []
    check(browser)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_video_stands_where_jpegs_would(
    video_server: Service, browser: Chrome, wait: Wait, size: tuple[int, int]
) -> None:
    look(browser, size)
    open_page(browser, video_server, wait)

    edges = browser.execute_script(
        "return ['screen', 'video'].map((name) => document.getElementById(name).getBoundingClientRect())"
    )

    assert [edges[1][side] for side in ("left", "top", "right", "bottom")] == [
        edges[0][side] for side in ("left", "top", "right", "bottom")
    ]


def test_a_layer_is_taken_away_and_a_blur_is_put_on(video_server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, video_server, wait)

    one(browser, "input[value=blur_picture]").click()
    assert browser.execute_script("return document.getElementById('last').width") == 0  # nobody stays to be seen

    def roughest() -> int:
        pixels = browser.execute_script(SHOWN)[160 * 4 * 60 :]
        return max(abs(pixels[at] - pixels[at + 4]) for at in range(0, len(pixels) - 4, 4) if (at // 4 + 1) % 160)

    for name in ("boxes", "labels"):
        one(browser, f"input[value={name}]").click()
    wait(browser).until(lambda _: played(browser) and roughest() < 30)
    assert all("/stream.mp4" not in address or "overlay=" in address for address in browser.execute_script(ADDRESSES))


def test_a_pause_keeps_the_last_picture_and_lets_go_of_the_camera(
    video_server: Service, browser: Chrome, wait: Wait
) -> None:
    open_page(browser, video_server, wait)

    one(browser, "#pause").click()

    assert browser.execute_script("return document.getElementById('last').width") == 640
    assert attribute(browser, "#video", "src") is None
    wait(browser).until(lambda _: viewers(video_server) == 0)
    one(browser, "#pause").click()
    wait(browser).until(lambda _: played(browser))


@pytest.mark.parametrize("hindrance", HINDRANCES)
def test_where_video_does_not_work_jpegs_are_shown_without_a_word(
    video_server: Service, browser: Chrome, wait: Wait, hindrance: str
) -> None:
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HINDRANCES[hindrance]})
    try:
        browser.get(video_server.url)
        wait(browser).until(lambda _: every(browser, ".person[data-emotion]") and frame(browser))
        wait(browser).until(lambda _: viewers(video_server) == 2)

        assert played(browser) is None
        assert attribute(browser, "#status", "data-status") == "demo"
        assert not one(browser, "#curtain").is_displayed()
        assert text(browser, "#told") == ""
        assert complaints(browser) == []
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_a_camera_whose_picture_gets_another_size_goes_on_playing(serve: Serve, browser: Chrome, wait: Wait) -> None:
    sizes = [(320, 240)]

    def take() -> Pixels:
        width, height = sizes[-1]
        return np.random.default_rng().integers(0, 99, (height, width, 3), np.uint8)

    with network_camera(take) as address:
        server = serve(FER_SOURCE=address, FER_LIVE_VIDEO="mp4")
        browser.get(server.url)
        for width, height in ((480, 360), (640, 360), (320, 240)):
            sizes.append((width, height))
            wait(browser).until(lambda _, wanted=[width, height]: browser.execute_script(SIZE_SHOWN) == wanted)
            before_s = played(browser) or 0.0
            wait(browser).until(lambda _, before_s=before_s: (played(browser) or 0.0) > before_s + 0.5)
        assert not [one for one in browser.execute_script(ADDRESSES) if "/stream?" in one]  # it never fell back


def test_late_events_of_a_stream_do_not_end_the_one_that_was_opened_after_it(
    video_server: Service, browser: Chrome
) -> None:
    browser.get(f"{video_server.url}/health")
    assert browser.execute_async_script(OPENED_TWICE) == ["shown", True]


def test_a_video_that_was_cut_off_once_comes_back_in_place_of_the_jpegs(
    video_server: Service, browser: Chrome, wait: Wait
) -> None:
    source = CUT_OFF.replace("MOST", "1")
    script = browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": source})
    try:
        browser.get(video_server.url)
        wait(browser).until(lambda _: frame(browser))
        wait(browser).until(lambda _: played(browser))

        assert frame(browser) is None
        wait(browser).until(lambda _: viewers(video_server) == 2)
        assert complaints(browser) == []
    finally:
        browser.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", script)


def test_a_page_with_video_survives_its_service(
    programs: Programs, tmp_path: Path, browser: Chrome, wait: Wait
) -> None:
    server = Service(tmp_path, FER_LIVE_VIDEO="mp4")
    try:
        server.start()
        open_page(browser, server, wait)
        server.kill()
        wait(browser).until(lambda _: attribute(browser, "#status", "data-status") == "lost")

        server.start()

        wait(browser).until(lambda _: attribute(browser, "#status", "data-status") == "demo")
        wait(browser).until(lambda _: played(browser))
    finally:
        server.stop()
