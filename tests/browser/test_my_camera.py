"""The visitor's own camera in Chromium, whose fake device plays a clip."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from fer_web.core import Emotion, Pixels
from fer_web.sources import open_source
from tests.browser.conftest import Browse, Serve, Wait
from tests.browser.server import Service
from tests.browser.test_accessible import AXE, violations
from tests.web.live_server import eventually

# Chromium plays the pictures of an .mjpeg file at this pace, again and again.
FPS = 30
SIZE = (640, 480)
SECONDS = 8
ALLOWED = "--use-fake-ui-for-media-stream"
FAKE = "--use-fake-device-for-media-stream"
PATIENCE_S = 60.0

EMOTIONS = [emotion.value for emotion in Emotion]

Film = Callable[[str], Path]


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Film:
    """Makes the .mjpeg of a source, once: `film("demo:?faces=2")`."""
    folder, made = tmp_path_factory.mktemp("films"), {}

    def make(uri: str) -> Path:
        if uri not in made:
            made[uri] = folder / f"{len(made)}.mjpeg"
            with open_source(uri, loop=False, paced=False, open_timeout_s=PATIENCE_S) as source:
                timed = ((frame.time_s, frame.pixels) for frame in source.frames())
                pictures = list(map(jpeg, at_pace(timed)))
            made[uri].write_bytes(b"".join(pictures + pictures[::-1]))  # no jump where it starts over
        return made[uri]

    return make


def at_pace(timed: Iterable[tuple[float, Pixels]]) -> Iterator[Pixels]:
    """The pictures of some seconds, each as often as it takes to last as long as it should."""
    count = 0
    for time_s, pixels in timed:
        due = round((time_s + 1e-6) * FPS) + 1
        yield from [pixels] * max(0, min(due, SECONDS * FPS) - count)
        count = max(count, due)
        if count >= SECONDS * FPS:
            return


def jpeg(pixels: Pixels) -> bytes:
    """Fitted into the fake camera's format."""
    height, width = pixels.shape[:2]
    scale = min(SIZE[0] / width, SIZE[1] / height)
    small = cv2.resize(pixels, (round(width * scale), round(height * scale)), interpolation=cv2.INTER_AREA)
    canvas = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    top, left = (SIZE[1] - small.shape[0]) // 2, (SIZE[0] - small.shape[1]) // 2
    canvas[top : top + small.shape[0], left : left + small.shape[1]] = small
    done, data = cv2.imencode(".jpg", cv2.cvtColor(canvas, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 90])
    assert done
    return bytes(data)


def watching(browse: Browse, clip: Path, *arguments: str) -> Chrome:
    """A browser whose camera plays the clip, allowed without asking."""
    return browse(ALLOWED, FAKE, f"--use-file-for-fake-video-capture={clip}", *arguments)


def start(driver: Chrome, url: str) -> None:
    driver.get(f"{url}/my-camera")
    assert root(driver, "state") == "idle"
    driver.find_element(By.ID, "start").click()


def root(driver: Chrome, name: str) -> str | None:
    """What the page says of itself."""
    return driver.find_element(By.ID, "camera").get_attribute(f"data-{name}")


def text(driver: Chrome, name: str) -> str:
    return str(driver.find_element(By.ID, name).get_property("textContent"))


def is_running(driver: Chrome) -> bool:
    return root(driver, "state") == "running"


def faces(driver: Chrome) -> int:
    return int(driver.find_element(By.ID, "overlay").get_attribute("data-faces") or 0)


def most_faces(driver: Chrome) -> int:
    """The most faces in one of the next twenty results."""
    script = """const [camera, overlay] = ["camera", "overlay"].map((name) => document.getElementById(name));
        let [left, most] = [20, 0];
        new MutationObserver((_, observer) => {
          most = Math.max(most, Number(overlay.dataset.faces));
          if (--left === 0) { observer.disconnect(); arguments[0](most); }
        }).observe(camera, { attributeFilter: ["data-results"] })"""
    return int(driver.execute_async_script(script))


def tracks(driver: Chrome) -> list[str]:
    return [str(card.get_attribute("data-track")) for card in driver.find_elements(By.CSS_SELECTOR, ".person")]


def blinks(driver: Chrome) -> int:
    """The sum over all cards; how many a minute stands behind the count."""
    script = """return [...document.querySelectorAll(".person .facts div")]
        .filter((row) => row.querySelector("dt").textContent === "Blinks")
        .map((row) => parseInt(row.querySelector("dd").textContent) || 0).reduce((sum, one) => sum + one, 0)"""
    return int(driver.execute_script(script))


def drawn(driver: Chrome) -> list[list[int]]:
    """The colors of all opaque pixels that are drawn over the picture, once each."""
    script = """const canvas = document.getElementById("overlay");
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const found = new Set();
        for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 255) found.add(data.slice(at, at + 3).join());
        return [...found].map((color) => color.split(",").map(Number))"""
    return list(driver.execute_script(script))


def visitors(server: Service) -> float:
    status, body = server.get("/metrics")
    assert status == 200
    return float(next(line.split()[1] for line in body.decode().splitlines() if line.startswith("fer_visitors ")))


def test_faces_are_drawn_with_their_colors_until_it_is_stopped(
    server: Service, browse: Browse, film: Film, wait: Wait
) -> None:
    driver = watching(browse, film("demo:"))
    start(driver, server.url)
    wait(driver).until(lambda page: is_running(page) and faces(page) == 1 and tracks(page) == ["1"])

    assert driver.switch_to.active_element.get_attribute("id") == "stop"
    assert text(driver, "emotion").lower() in EMOTIONS
    assert text(driver, "looks") in ("at the camera", "elsewhere", "not judged")
    palette = driver.execute_script("return Object.values(JSON.parse(document.documentElement.dataset.colors))")
    colors = {tuple(int(color[at : at + 2], 16) for at in (1, 3, 5)) for color in palette} | {(150, 150, 150)}
    assert colors & {tuple(color) for color in drawn(driver)}
    assert visitors(server) == 1
    wait(driver).until(lambda page: text(page, "fps").isdigit() and text(page, "latency").endswith(" ms"))
    assert "WebSocket" in text(driver, "sent")
    wait(driver).until(lambda page: blinks(page) >= 1)

    driver.find_element(By.ID, "stop").click()
    assert (root(driver, "state"), text(driver, "status"), faces(driver)) == ("stopped", "Stopped", 0)
    assert driver.execute_script("return document.getElementById('video').srcObject") is None
    assert driver.switch_to.active_element.get_attribute("id") == "start"
    assert eventually(lambda: visitors(server) == 0)
    assert [line for line in driver.get_log("browser") if line["level"] == "SEVERE"] == []


@pytest.mark.media
def test_the_blinks_of_a_real_clip_are_counted(
    server: Service, browse: Browse, film: Film, wait: Wait, media: Path
) -> None:
    """Eight seconds with three or four blinks, again and again."""
    driver = watching(browse, film(str(media / "videos" / "sadtalker" / "WDA_KatieHill_000.mp4")))
    start(driver, server.url)

    wait(driver).until(lambda page: faces(page) == 1)
    wait(driver).until(lambda page: blinks(page) >= 2)


def test_two_visitors_do_not_mix_and_whoever_hides_or_leaves_is_forgotten(
    server: Service, browse: Browse, film: Film, wait: Wait
) -> None:
    one, two = watching(browse, film("demo:")), watching(browse, film("demo:?faces=2"))
    for driver in (one, two):
        start(driver, server.url)
    wait(one).until(lambda page: tracks(page) == ["1"])
    wait(two).until(lambda page: tracks(page) == ["1", "2"])
    assert visitors(server) == 2
    assert most_faces(one) == 1
    assert most_faces(two) == 2

    two.get("about:blank")
    assert eventually(lambda: visitors(server) == 1)
    one.switch_to.new_window("tab")
    assert eventually(lambda: visitors(server) == 0)
    one.switch_to.window(one.window_handles[0])
    assert text(one, "trouble") == "This page was hidden."


def test_without_websockets_single_pictures_are_sent(server: Service, browse: Browse, film: Film, wait: Wait) -> None:
    driver = watching(browse, film("demo:"))
    broken = "window.WebSocket = class { constructor() { setTimeout(() => this.onclose({ reason: '' })); } close() {} }"
    driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": broken})
    start(driver, server.url)

    wait(driver).until(lambda page: is_running(page) and faces(page) == 1)
    wait(driver).until(lambda page: blinks(page) >= 1)
    assert "POST" in text(driver, "sent")
    assert visitors(server) == 1
    driver.get("about:blank")
    assert eventually(lambda: visitors(server) == 0)


def test_one_too_many_waits_and_a_restarted_service_is_found_again(
    serve: Serve, browse: Browse, film: Film, wait: Wait
) -> None:
    server = serve(FER_MAX_VISITORS="1")
    first, second = watching(browse, film("demo:")), watching(browse, film("demo:"))
    start(first, server.url)
    wait(first).until(is_running)
    start(second, server.url)
    wait(second).until(lambda page: root(page, "state") == "waiting")
    assert "the only place" in text(second, "why").lower()
    first.find_element(By.ID, "stop").click()
    wait(second).until(is_running)

    server.kill()
    wait(second).until(lambda page: root(page, "state") == "lost")
    server.start()
    wait(second).until(is_running)


def test_without_a_camera_or_a_permission_the_page_says_what_to_do(server: Service, browse: Browse, wait: Wait) -> None:
    driver = browse(ALLOWED)
    start(driver, server.url)
    wait(driver).until(lambda page: root(page, "state") == "failed")
    assert "No camera was found" in text(driver, "trouble")
    assert driver.find_element(By.CSS_SELECTOR, "#screen #trouble").is_displayed()
    assert driver.switch_to.active_element.get_attribute("id") == "start"

    denied = {"permission": {"name": "camera"}, "setting": "denied", "origin": server.url}
    driver.quit()
    driver = browse(FAKE)
    driver.execute_cdp_cmd("Browser.setPermission", denied)
    start(driver, server.url)
    wait(driver).until(lambda page: root(page, "state") == "failed")
    assert "access was denied" in text(driver, "trouble")
    assert driver.find_element(By.ID, "start").is_enabled()


def test_a_page_that_came_over_plain_http_says_why_there_is_no_camera(serve: Serve, browse: Browse, wait: Wait) -> None:
    server = serve(FER_HOSTS="faces.example")
    driver = browse(ALLOWED, FAKE, "--host-resolver-rules=MAP faces.example 127.0.0.1")
    driver.get(f"http://faces.example:{server.port}/my-camera")

    wait(driver).until(lambda page: root(page, "state") == "failed")
    assert "HTTPS" in text(driver, "trouble")
    assert not driver.find_element(By.ID, "start").is_enabled()


def test_while_it_runs_it_fits_a_narrow_screen_and_is_for_everybody(
    server: Service, browse: Browse, film: Film, wait: Wait
) -> None:
    driver = watching(browse, film("demo:"))
    phone = {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    start(driver, server.url)
    wait(driver).until(lambda page: is_running(page) and faces(page) == 1)

    assert driver.execute_script("return document.documentElement.scrollWidth") <= 360
    pixels = driver.execute_script("return document.getElementById('overlay').width")
    assert pixels >= 640  # sharp on a fine screen
    driver.execute_script(AXE.read_text(encoding="utf-8"))
    assert violations(driver) == []


def test_frames_last_as_long_as_they_should() -> None:
    pictures = [np.full((4, 4, 3), number, np.uint8) for number in range(5)]
    played = [int(picture[0, 0, 0]) for picture in at_pace((number / 10, pictures[number]) for number in range(5))]

    assert played == [0, *[1] * 3, *[2] * 3, *[3] * 3, *[4] * 3]
    assert len(list(islice(at_pace((number / 60, pictures[0]) for number in range(10_000)), 10_000))) == SECONDS * FPS
