"""Take the README's pictures of the pages, from the demo: `python scripts/screenshots.py [--out docs/screenshots]`.

Needs requirements-dev.txt, Chromium and its driver; starts and ends a server of its own.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime, timezone
from http.client import HTTPConnection
from io import BytesIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PIL import Image  # noqa: E402
from selenium.webdriver import Chrome  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

from fer_web.registry import ModelCard  # noqa: E402
from fer_web.reports import read_readings_csv  # noqa: E402
from fer_web.sources import open_source  # noqa: E402
from fer_web.store import Store  # noqa: E402
from tests.browser.chromium import PATIENCE_S, Programs, find_programs, open_chromium  # noqa: E402
from tests.browser.looks import Size, look  # noqa: E402
from tests.browser.page import every, one, text  # noqa: E402
from tests.browser.server import Service  # noqa: E402
from tests.browser.test_my_camera import ALLOWED, FAKE, at_pace, jpeg  # noqa: E402

WIDE: Size = (1280, 990)
NARROW: Size = (390, 844)
PRACTICE: Size = (1280, 560)
QUALITY = 82
# The chart shows a minute: this many seconds of it are filled before a picture is taken.
CHART_S = 45.0
ANSWER_S = 10.0
PEOPLE = 2


def main() -> None:
    """Every page that the README shows, as WebP."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--readings", type=Path, help="a readings.csv to report on, instead of a recording of the demo")
    parser.add_argument("--only", choices=("report", "practice"), help="take the picture of that page and no other")
    given = parser.parse_args()
    out = given.out
    out.mkdir(parents=True, exist_ok=True)
    programs = find_programs()
    if isinstance(programs, str):
        sys.exit(programs)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        service = Service(Path(folder), FER_SOURCE=f"demo:?faces={PEOPLE}", FER_DATA_DIR=str(data))
        browser = open_chromium(programs, Path(folder) / "profile", ())
        try:
            service.start()
            if given.only != "practice":
                recording = _record(service.port) if given.readings is None else _keep(data, given.readings)
                take_report(browser, f"{service.url}/recordings/{recording}", out)
            if given.only is None:
                take(browser, service.url, Path(folder), out)
            if given.only != "report":
                take_practice(programs, service.url, Path(folder), out)
        finally:
            browser.quit()
            service.stop()


def take(browser: Chrome, url: str, folder: Path, out: Path) -> None:
    """The pages one after the other; the live page is waited for until its chart is filled."""
    look(browser, WIDE, "light")
    browser.get(url)
    began_s = _now_s(browser)
    _until(browser, lambda: len(every(browser, ".person")) == PEOPLE and _now_s(browser) - began_s > CHART_S)
    shoot(browser, out / "live.webp", WIDE)
    look(browser, WIDE, "dark")
    one(browser, "input[value=landmarks]").click()
    one(browser, "input[value=heatmap]").click()
    _settle(browser)
    shoot(browser, out / "live-dark.webp", WIDE)
    look(browser, NARROW, "dark", scale=2)
    _settle(browser)
    shoot(browser, out / "live-narrow.webp", NARROW)
    look(browser, WIDE, "light")
    browser.get(f"{url}/try")
    one(browser, "#landmarks").click()
    one(browser, "#heatmap").click()
    one(browser, "#image").send_keys("\n".join(map(str, _pictures(folder))))
    _until(browser, lambda: "analyzed" in text(browser, "#progress"))
    shoot(browser, out / "try.webp", WIDE)
    for name in ("my-camera", "about", "privacy"):
        browser.get(f"{url}/{name}")
        shoot(browser, out / f"{name}.webp", WIDE)


def take_report(browser: Chrome, url: str, out: Path) -> None:
    """A recording's page."""
    look(browser, WIDE, "light")
    browser.get(url)
    _until(browser, lambda: bool(every(browser, ".report")))
    shoot(browser, out / "report.webp", WIDE)


def take_practice(programs: Programs, url: str, folder: Path, out: Path) -> None:
    """The first question of a practice, asked before a camera that films the demo."""
    film = folder / "demo.mjpeg"
    with open_source("demo:", loop=False, paced=False, open_timeout_s=PATIENCE_S) as source:
        film.write_bytes(b"".join(map(jpeg, at_pace((frame.time_s, frame.pixels) for frame in source.frames()))))
    browser = open_chromium(programs, folder / "filmed", (ALLOWED, FAKE, f"--use-file-for-fake-video-capture={film}"))
    try:
        look(browser, WIDE, "light")
        browser.get(f"{url}/practice")
        one(browser, "#to-check").click()
        _until(browser, lambda: one(browser, "#begin").is_enabled())
        one(browser, "#consent").click()
        one(browser, "#begin").click()
        _until(browser, lambda: text(browser, "#place").startswith("Question 1"))
        time.sleep(ANSWER_S)
        shoot(browser, out / "practice.webp", PRACTICE)
    finally:
        browser.quit()


def _keep(data: Path, path: Path) -> str:
    """Put readings into the service's store, as a video's job does."""
    readings = list(read_readings_csv(path))
    end_s = readings[-1].time_s
    card = ModelCard.read(ROOT / "models" / "xception-pair.json")
    fps = len({reading.time_s for reading in readings}) / end_s
    data.mkdir(exist_ok=True)
    with Store.open(f"sqlite:///{data / 'fer_web.sqlite'}") as store:
        recording = store.recordings.create(
            "Interview 1",
            f"{path.parent.name}.mp4",
            datetime.now(timezone.utc),
            kind="video",
            fps=fps,
            width=512,
            height=512,
            model=f"{card.name} {card.version}",
        )
        store.recordings.append(recording, readings, duration_s=end_s)
        store.recordings.finish(recording, duration_s=end_s)
    return recording


def _record(port: int) -> str:
    """A recording of the demo, nearly a minute long."""
    recording = str(_ask(port, "POST", "/api/recordings", {"consent": True, "name": "The demo"})["id"])
    time.sleep(CHART_S)
    _ask(port, "POST", f"/api/recordings/{recording}/stop")
    return recording


def _ask(port: int, method: str, path: str, body: object = None) -> Any:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(method, path, json.dumps(body), {"Content-Type": "application/json"})
        return json.load(connection.getresponse())
    finally:
        connection.close()


def shoot(browser: Chrome, path: Path, size: Size) -> None:
    """What the window shows, as a small file."""
    clip = {"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1}
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
    Image.open(BytesIO(b64decode(shot["data"]))).convert("RGB").save(path, quality=QUALITY, method=6)
    print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


def _pictures(folder: Path) -> list[Path]:
    """A public-domain portrait, and a file that is no picture."""
    from fer_web.sources.demo_portrait import portrait

    Image.fromarray(portrait()).save(folder / "portrait.png")
    (folder / "notes.jpg").write_text("no picture")
    return [folder / "portrait.png", folder / "notes.jpg"]


def _settle(browser: Chrome) -> None:
    """Until the picture with the new layers has come and some of it was shown."""
    began_s = _now_s(browser)
    _until(browser, lambda: _now_s(browser) - began_s > 2)
    _until(browser, lambda: bool(browser.execute_script("return document.getElementById('stream').naturalWidth")))


def _until(browser: Chrome, condition: Callable[[], bool]) -> None:
    WebDriverWait(browser, 3 * PATIENCE_S).until(lambda _: condition())


def _now_s(browser: Chrome) -> float:
    return float(browser.execute_script("return performance.now() / 1000"))


if __name__ == "__main__":
    main()
