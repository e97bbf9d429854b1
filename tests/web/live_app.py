"""A small application around a real camera whose device tests can unplug, an analysis that takes no time.

Runs under gunicorn with the repository's own configuration.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from types import SimpleNamespace

import numpy as np
from flask import Flask, jsonify

from fer_web.core import Face, Frame, FrameResult, Pixels, Rect
from fer_web.live import Camera, CameraSet, Places, Turns, encode_jpeg
from fer_web.settings import load_settings
from fer_web.sources import SourceState
from fer_web.vision.draw import draw, draw_notice
from fer_web.vision.view import View
from fer_web.web.http.errors import handle_errors
from fer_web.web.http.metrics import Metrics
from fer_web.web.http.services import EXTENSION
from fer_web.web.streaming import events, mjpeg, mp4, paced_response

FPS = float(os.environ.get("TEST_FPS", "15"))
paced_response.STALL_S = 1.0
mjpeg.SNAPSHOT_S = 1.0
SIZE, LARGE = (640, 480), (960, 540)
LIVE = SourceState("live", "camera", "")
LOST = SourceState("reconnecting", "camera", "unplugged")


class FakeCamera:
    """Bright pictures at a steady pace, while it is plugged in; None of them while it is paused."""

    def __init__(self) -> None:
        self.is_plugged = True
        self.is_paused = False
        self.is_large = False
        self.open_now = 0
        rng = np.random.default_rng(1)
        self._pixels = rng.integers(190, 230, (SIZE[1], SIZE[0], 3), np.uint8)
        self._large = np.full((LARGE[1], LARGE[0], 3), 210, np.uint8)

    def frames(self, on_state: Callable[[SourceState], None], stop: threading.Event) -> Iterator[Frame]:
        self.open_now += 1
        index, started_s, was_plugged = 0, time.monotonic(), False
        try:
            while not stop.wait(1 / FPS):
                if self.is_plugged != was_plugged:
                    was_plugged = self.is_plugged
                    on_state(
                        SourceState("live" if was_plugged else "reconnecting", "camera", "" if was_plugged else "lost")
                    )
                if self.is_plugged and not self.is_paused:
                    yield Frame(index, time.monotonic() - started_s, self._large if self.is_large else self._pixels)
                    index += 1
        finally:
            self.open_now -= 1


def find_a_face(frame: Frame) -> FrameResult:
    return FrameResult(frame, (Face(Rect(200, 100, 400, 300), 0.9, track_id=1),), {"nothing": 0.1})


class Studio:
    """What a camera is given: a device that tests can unplug; counts what is painted, by view."""

    def __init__(self) -> None:
        self.device = FakeCamera()
        self.frames = self.device.frames
        self.painted: dict[str, list[int]] = {}

    def analyze(self, views: object) -> Callable[[Frame], FrameResult]:
        return find_a_face

    def notice(self, result: FrameResult | None, view: View, text: str) -> Pixels:
        return draw_notice(None if result is None else result.frame.pixels, SIZE, text)

    def observe(self, result: FrameResult) -> None:
        """Nobody asks how long its steps took."""

    def paint(self, result: FrameResult, view: View, fps: float) -> Pixels:
        self.painted.setdefault(",".join(sorted(map(str, view.overlays))), []).append(result.frame.index)
        return draw(result, view.overlays, fps, view.shown_px)


def create_app() -> Flask:
    app = Flask(__name__)
    studio = Studio()
    encode = partial(encode_jpeg, quality=80)
    camera: Camera[FrameResult, View] = Camera(
        studio, places=Places(load_settings().max_viewers), encode=encode, linger_s=0.2
    )
    cameras = CameraSet([camera], Turns(1))
    app.extensions[EXTENSION] = SimpleNamespace(
        cameras=cameras,
        shared={},
        metrics=Metrics(),
        recordings=SimpleNamespace(of_camera=lambda _: None, close=lambda: None),
        close=cameras.close,
        dismiss_threads=lambda: None,
    )
    app.register_blueprint(mjpeg.bp)
    app.register_blueprint(mp4.bp)
    app.register_blueprint(events.bp)
    handle_errors(app)

    @app.get("/state")
    def state() -> object:
        live = [thread.name for thread in threading.enumerate() if thread.name.startswith("live_")]
        encoders = live.count("live_encode")
        return jsonify(
            **camera.counts(), open_now=studio.device.open_now, live_threads=len(live), encoder_threads=encoders
        )

    @app.get("/painted")
    def painted() -> object:
        return jsonify(studio.painted)

    @app.post("/camera/<what>/<value>")
    def control(what: str, value: str) -> object:
        setattr(studio.device, what, value == "yes")
        return jsonify({})

    return app


app = create_app()
