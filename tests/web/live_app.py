"""A small application around a real hub: a camera that tests can unplug, an analysis that takes no time.

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
from fer_web.live import Camera, encode_jpeg
from fer_web.settings import load_settings
from fer_web.sources import SourceState
from fer_web.vision.draw import draw, draw_notice
from fer_web.vision.overlays import Overlay
from fer_web.web.http.errors import handle_errors
from fer_web.web.http.metrics import Metrics
from fer_web.web.http.services import EXTENSION
from fer_web.web.streaming import events, mjpeg, paced_response

FPS = float(os.environ.get("TEST_FPS", "15"))
paced_response.STALL_S = 1.0
mjpeg.SNAPSHOT_S = 1.0
SIZE = (640, 480)
LIVE = SourceState("live", "camera", "")
LOST = SourceState("reconnecting", "camera", "unplugged")


class FakeCamera:
    """Bright pictures at a steady pace, while it is plugged in; None of them while it is paused."""

    def __init__(self) -> None:
        self.is_plugged = True
        self.is_paused = False
        self.open_now = 0
        rng = np.random.default_rng(1)
        self._pixels = rng.integers(190, 230, (SIZE[1], SIZE[0], 3), np.uint8)

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
                    yield Frame(index, time.monotonic() - started_s, self._pixels)
                    index += 1
        finally:
            self.open_now -= 1


def analyze(frame: Frame) -> FrameResult:
    return FrameResult(frame, (Face(Rect(200, 100, 400, 300), 0.9, track_id=1),), {"nothing": 0.1})


class Painter:
    """Counts what is painted, by view."""

    def __init__(self) -> None:
        self.painted: dict[str, list[int]] = {}

    def __call__(self, result: FrameResult, view: frozenset[Overlay], fps: float) -> Pixels:
        self.painted.setdefault(",".join(sorted(map(str, view))), []).append(result.frame.index)
        return draw(result, view, fps)


def create_app() -> Flask:
    app = Flask(__name__)
    camera, painter = FakeCamera(), Painter()
    hub: Camera[FrameResult, frozenset[Overlay]] = Camera(
        frames=camera.frames,
        analyze=lambda: analyze,
        paint=painter,
        notice=lambda pixels, text: draw_notice(pixels, SIZE, text),
        encode=partial(encode_jpeg, quality=80),
        max_viewers=load_settings().max_viewers,
        linger_s=0.2,
    )
    app.extensions[EXTENSION] = SimpleNamespace(
        hub=hub, metrics=Metrics(), recordings=SimpleNamespace(live=None, close=lambda: None), close=hub.close
    )
    app.register_blueprint(mjpeg.bp)
    app.register_blueprint(events.bp)
    handle_errors(app)

    @app.get("/state")
    def state() -> object:
        live = sum(thread.name.startswith("live_") for thread in threading.enumerate())
        return jsonify(**hub.counts(), open_now=camera.open_now, live_threads=live)

    @app.get("/painted")
    def painted() -> object:
        return jsonify(painter.painted)

    @app.post("/camera/<what>/<value>")
    def control(what: str, value: str) -> object:
        setattr(camera, what, value == "yes")
        return jsonify({})

    return app


app = create_app()
