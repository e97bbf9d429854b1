"""How old the live page's picture is in Chromium, and whether that or any memory grows: `python scripts/playback.py`.

A camera paints the time into its pictures, as dark and bright squares; the page tells how long ago that was. First with
JPEGs, then with the video for `--minutes`. Needs requirements-dev.txt, Chromium and its driver.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import cv2  # noqa: E402
import numpy as np  # noqa: E402
from selenium.webdriver import Chrome  # noqa: E402

from fer_web.core import Pixels  # noqa: E402
from fer_web.resources import PACKAGE  # noqa: E402
from fer_web.study.bench.serving import Served, resident_mib, served  # noqa: E402
from tests.browser.chromium import Programs, find_programs, open_chromium  # noqa: E402
from tests.browser.network_camera import network_camera  # noqa: E402

SIZE = (640, 480)
SQUARES = 16  # bits of the time in milliseconds: it begins again after a minute
SIDE = SIZE[0] // SQUARES
JPEG_S = 20.0
WARM_S = 5.0
# Reads the squares of what is shown, ten times a second; what is shown is its age, or null.
WATCH = """
    const [video, image] = ["video", "stream"].map((name) => document.getElementById(name));
    const canvas = document.createElement("canvas");
    Object.assign(canvas, { width: arguments[0], height: 1 });
    const context = canvas.getContext("2d", { willReadFrequently: true });
    window.ages = [];
    setInterval(() => {
      const shown = video.hidden ? image : video;
      const width = video.hidden ? image.naturalWidth : video.videoWidth;
      const height = video.hidden ? image.naturalHeight : video.videoHeight;
      if (!width || shown.hidden) return;
      const side = width / canvas.width;
      let painted = 0;
      for (let bit = 0; bit < canvas.width; bit += 1) {
        context.drawImage(shown, (bit + .3) * side, height - side * .7, side * .4, side * .4, bit, 0, 1, 1);
      }
      const { data } = context.getImageData(0, 0, canvas.width, 1);
      for (let bit = 0; bit < canvas.width; bit += 1) painted = painted * 2 + (data[bit * 4] > 127 ? 1 : 0);
      window.ages.push(((Date.now() % 65536) - painted + 65536) % 65536);
    }, 100);
"""
FACTS = """
    const video = document.getElementById("video");
    const { buffered } = video;
    const [start, end] = buffered.length ? [buffered.start(0), buffered.end(buffered.length - 1)] : [0, 0];
    const quality = video.getVideoPlaybackQuality();
    const facts = {
      ages: window.ages, behind: end - video.currentTime, kept: end - start, isVideo: !video.hidden,
      frames: quality.totalVideoFrames, dropped: quality.droppedVideoFrames,
      heap: performance.memory.usedJSHeapSize / 2 ** 20,
    };
    window.ages = [];
    return facts;
"""


@dataclass(frozen=True, slots=True)
class Playback:
    """What a page told of a while, and what the programs behind it held at its end, in MiB."""

    told: dict[str, Any]
    browser_mib: float
    service_mib: float

    def line(self, name: str) -> str:
        told, ages = self.told, sorted(self.told["ages"])
        late_ms = ages[int(0.95 * (len(ages) - 1))]
        return (
            f"{name:12}{statistics.median(ages):8.0f} ms{late_ms:8.0f} ms{1000 * told['behind']:9.0f} ms"
            f"{told['kept']:8.1f} s{told['frames']:9}{told['dropped']:9}{told['heap']:9.1f}"
            f"{self.browser_mib:9.0f}{self.service_mib:9.0f}"
        )


def main() -> None:
    """A line for the JPEGs, and one for each minute of the video."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=1, help="how long the video is played (%(default)s)")
    parser.add_argument("--fps", type=int, default=15, help="the camera's pictures a second (%(default)s)")
    given = parser.parse_args()
    programs = find_programs()
    if isinstance(programs, str):
        sys.exit(programs)
    print(
        f"{'':12}{'age, median':>11}{'95 %':>11}{'buffered':>12}{'kept':>10}{'shown':>9}{'dropped':>9}"
        f"{'JS heap':>9}{'Chromium':>9}{'service':>9}"
    )
    with network_camera(_picture, given.fps) as address:
        for way, spans_s in (("mjpeg", [JPEG_S]), ("mp4", [60.0] * given.minutes)):
            settings = {"SOURCE": address, "LIVE_VIDEO": way, "LOG_LEVEL": "warning"}
            with served(settings) as server, tempfile.TemporaryDirectory() as folder:
                for minute, seen in enumerate(watched(programs, Path(folder), server, spans_s), start=1):
                    print(seen.line(f"minute {minute}" if seen.told["isVideo"] else "JPEGs"), flush=True)


def watched(programs: Programs, folder: Path, server: Served, spans_s: list[float]) -> Iterator[Playback]:
    """The page, for one span after the other."""
    browser = open_chromium(programs, folder / "profile", ("--enable-precise-memory-info",))
    try:
        browser.get(f"http://127.0.0.1:{server.port}")
        time.sleep(WARM_S)
        browser.execute_script(WATCH, SQUARES)
        for span_s in spans_s:
            time.sleep(span_s)
            told = browser.execute_script(FACTS)
            yield Playback(told, resident_mib(_chromium(browser)), server.resident_mib())
    finally:
        browser.quit()


def _chromium(browser: Chrome) -> int:
    return int(browser.service.process.pid)


_ROOM = cv2.cvtColor(cv2.imread(str(PACKAGE / "sources" / "portrait.png")), cv2.COLOR_BGR2RGB)
_PORTRAIT = cv2.resize(_ROOM, (SIZE[1], SIZE[1]))


def _picture() -> Pixels:
    """A person who moves to and fro, above the squares that say when."""
    now_ms = int(time.time() * 1000)
    pixels = np.full((SIZE[1], SIZE[0], 3), 96, np.uint8)
    left = 80 + round(60 * np.sin(now_ms / 1500))
    pixels[:, left : left + SIZE[1]] = _PORTRAIT
    bits = [now_ms >> place & 1 for place in reversed(range(SQUARES))]
    pixels[-SIDE:] = np.repeat(np.array(bits, np.uint8) * 255, SIDE)[None, :, None]
    return pixels


if __name__ == "__main__":
    main()
