"""An application around a vision that needs no models, and pictures to send to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import numpy as np
from flask import Flask
from PIL import Image

from fer_web.core import DEFAULT_ENGINE, Blink, Emotion, Face, Frame, FrameResult, Gaze, Pose, Quality, Rect
from fer_web.factory import build_app
from fer_web.registry import ModelCard
from fer_web.settings import Settings
from fer_web.sources import ChosenSource, choose_source
from fer_web.startup import BackgroundStartup

CARD = ModelCard("fake", "1", "none", "0" * 64, 1)
DEMO = ChosenSource("demo:", "a test asked for it", "demo")


class FakeVision:
    """Two faces in every picture that is not black, the smaller one first; remembers what it was asked."""

    card = CARD
    landmarks = "mesh"
    engine = DEFAULT_ENGINE

    def __init__(self, while_working: Callable[[], None] = lambda: None) -> None:
        self.upsamples: list[int] = []
        self.keypoints: list[bool] = []
        self._while_working = while_working

    def still(self, upsample: int = 1, keypoints: bool = False) -> Callable[[Frame], FrameResult]:
        self.upsamples.append(upsample)
        self.keypoints.append(keypoints)
        return self._analyze

    def whole(self, frame: Frame) -> Face:
        return Face(Rect(0, 0, *frame.size), 0.0, scores=np.full(7, 1 / 7, np.float32))

    def _analyze(self, frame: Frame) -> FrameResult:
        self._while_working()
        faces = (face(Rect(0, 0, 10, 10)), face(Rect(20, 4, 50, 34))) if frame.pixels.any() else ()
        return FrameResult(frame, faces, {"detect": 2.0, "landmarks": 1.0, "classify": 3.0})


def face(rect: Rect, **changes: Any) -> Face:
    """A happy face that every step has looked at."""
    scores = np.full(7, 0.05, np.float32)
    scores[list(Emotion).index(Emotion.HAPPY)] = 0.7
    known: dict[str, Any] = {
        "scores": scores,
        "landmarks": np.arange(136, dtype=np.float32).reshape(68, 2),
        "keypoints": np.arange(30, dtype=np.float32).reshape(15, 2),
        "quality": Quality(0.8, 0.5, rect.width),
        "blink": Blink(0.31, 0.3, is_open=True),
        "pose": Pose(3.14, -4.0, 0.6),
        "gaze": Gaze(2.0, -1.5, True),
        "mesh": np.arange(1434, dtype=np.float32).reshape(478, 3),
        "movements": np.linspace(0, 1, 52, dtype=np.float32),
        "chip": np.full((48, 48), 90, np.uint8),
        "heatmap": np.eye(6, dtype=np.float32),
    }
    return Face(rect, 0.97, **{**known, **changes})


def make_app(vision: object = None, choice: ChosenSource = DEMO, **settings: Any) -> Flask:
    """The application with these settings; an exception in place of a vision is what loading it raises."""
    loaded = FakeVision() if vision is None else vision

    def load() -> Any:
        if isinstance(loaded, Exception):
            raise loaded
        return loaded

    source = {} if "cameras" in settings else {"source": "demo:"}
    chosen = Settings(**{**source, "predict_wait_s": 5.0, **settings})
    choices = {name: partial(choose_source, uri) for name, uri in chosen.sources.items()}
    startup = BackgroundStartup(load, {**choices, "main": lambda: choice} if "main" in choices else choices)
    app = build_app(chosen, startup)
    startup.start()
    return app


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), color: str = "orange") -> bytes:
    """A picture in one color."""
    file = BytesIO()
    Image.new("RGB", size, color).save(file, kind)
    return file.getvalue()
