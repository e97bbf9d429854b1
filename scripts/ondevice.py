"""How many pictures a second are read on the device alone, beside a server that reads them.

`python scripts/ondevice.py`: the demo plays as the browser's camera, first to /my-camera/on-device, then to /my-camera.
The browser and the server share this machine. Needs requirements-dev.txt, Chromium and its driver.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from selenium.webdriver import Chrome  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402
from selenium.webdriver.support.ui import WebDriverWait  # noqa: E402

from fer_web.live import encode_jpeg  # noqa: E402
from fer_web.sources import open_source  # noqa: E402
from fer_web.study.bench.serving import served  # noqa: E402
from tests.browser.chromium import PATIENCE_S, Programs, find_programs, open_chromium  # noqa: E402

PAGES = {"on the device": "/my-camera/on-device", "by the server": "/my-camera"}
FPS, FILM_S, WARM_S = 30, 10, 5.0
CAMERA = ("--use-fake-ui-for-media-stream", f"--use-fake-device-for-media-stream=fps={FPS}")


def main() -> None:
    """A line for each model and each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0, help="how long each is counted (%(default)s)")
    parser.add_argument("models", nargs="*", default=["xception-pair", "xception-small"], help="(%(default)s)")
    given = parser.parse_args()
    programs = find_programs()
    if isinstance(programs, str):
        sys.exit(programs)
    print(f"{'model':18}{'read':16}{'pictures/s':>11}")
    with tempfile.TemporaryDirectory() as folder:
        film = filmed(Path(folder) / "demo.mjpeg")
        for model in given.models:
            with served({"SOURCE": "demo:", "MODEL": model, "LOG_LEVEL": "warning"}) as server:
                for way, page in PAGES.items():
                    address = f"http://127.0.0.1:{server.port}{page}"
                    rate = results_per_second(programs, Path(folder), film, address, given.seconds)
                    print(f"{model:18}{way:16}{rate:11.1f}", flush=True)


def filmed(path: Path) -> Path:
    """The demo as a film that Chromium takes for its camera, forth and back."""
    with open_source("demo:", loop=False, paced=False, open_timeout_s=PATIENCE_S) as source:
        pictures = [encode_jpeg(frame.pixels) for frame in islice(source.frames(), FPS * FILM_S)]
    path.write_bytes(b"".join(pictures + pictures[::-1]))
    return path


def results_per_second(programs: Programs, folder: Path, film: Path, address: str, seconds: float) -> float:
    """How many pictures a page has read in a second, on average."""
    browser = open_chromium(programs, folder / "profile", (*CAMERA, f"--use-file-for-fake-video-capture={film}"))
    try:
        browser.get(address)
        browser.find_element(By.ID, "start").click()
        WebDriverWait(browser, PATIENCE_S).until(lambda page: _root(page, "state") == "running")
        time.sleep(WARM_S)
        before, began_s = int(_root(browser, "results") or 0), time.monotonic()
        time.sleep(seconds)
        return (int(_root(browser, "results") or 0) - before) / (time.monotonic() - began_s)
    finally:
        browser.quit()


def _root(page: Chrome, name: str) -> str | None:
    return page.find_element(By.ID, "camera").get_attribute(f"data-{name}")


if __name__ == "__main__":
    main()
