"""The service around an analysis that takes no time and sees one happy person, who blinks; outlets by its settings."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from flask import jsonify

from fer_web.core import Blink, Face, Frame, FrameResult, Rect
from fer_web.factory import build_app
from fer_web.settings import load_settings
from fer_web.sources import choose_source
from fer_web.startup import BackgroundStartup
from tests.outlets.toys import MOVEMENTS
from tests.web.client import FakeVision

SCORES = np.array([0, 0, 0, 0.9, 0, 0, 0.1], np.float32)
BLINK_EVERY = 15  # frames


class HappyVision(FakeVision):
    """Sees person 7 wherever somebody looks."""

    def live(self, *_: object) -> Callable[[Frame], FrameResult]:
        return look


def look(frame: Frame) -> FrameResult:
    blink = Blink(0.3, 0.3, True, frame.index // BLINK_EVERY)
    face = Face(Rect(60, 60, 160, 160), 0.9, track_id=7, scores=SCORES, movements=MOVEMENTS, blink=blink)
    return FrameResult(frame, (face,), {"detect": 0.1})


CONNECTING = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo", "socket.gethostbyname")
connections: list[str] = []


def hear(event: str, values: tuple[Any, ...]) -> None:
    if event in CONNECTING:
        connections.append(f"{event} {values[1:]}")


sys.addaudithook(hear)
settings = load_settings({"source": "demo:?fps=30"})
startup = BackgroundStartup(
    HappyVision,  # type: ignore[arg-type]
    {name: partial(choose_source, uri) for name, uri in settings.sources.items()},
)
app = build_app(settings, startup)
services = app.extensions["fer_web"]
startup.start()
services.outlets.start()


@app.get("/state")
def state() -> Any:
    return jsonify(open={camera.name: camera.is_open for camera in services.cameras}, connections=connections)
