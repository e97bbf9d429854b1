"""Network cameras that a bench starts and loses, and whose pictures tell when they were due."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, TypeAlias

import cv2
import numpy as np

from fer_web.core import Pixels
from fer_web.errors import FerError
from fer_web.live import encode_jpeg
from fer_web.sources import open_source

Loss: TypeAlias = Literal["killed", "silent"]

CLIP_S = 10
# A picture's number in the clip, in the corner at the bottom left: dark and bright squares behind one that is always
# bright, of three by three of JPEG's blocks each, so that an eighth of the picture shows them as three by three pixels.
BITS, SIDE, REDUCED = 8, 24, 8
DARK, BRIGHT, MIDDLE = 16, 235, 127
MOST_FPS = 2**BITS // CLIP_S


@dataclass(frozen=True, slots=True)
class MadeCamera:
    """A camera that is running: its name, its program and where it sends."""

    name: str
    process: subprocess.Popen[str]
    address: str

    def lose(self, loss: Loss) -> None:
        """End it, so that connections are refused, or keep it from sending anything more, as a pulled cable does."""
        self.process.send_signal(signal.SIGKILL if loss == "killed" else signal.SIGSTOP)


@dataclass(frozen=True, slots=True)
class MadeCameras:
    """All of them show the same clip at the same time: a service that bears that bears any other order."""

    cameras: tuple[MadeCamera, ...]
    started_s: float
    fps: float

    def age_s(self, number: int, at_s: float) -> float:
        """How long before `at_s`, by the monotonic clock, the picture with this number was due; less than `CLIP_S`."""
        return (at_s - self.started_s - number / self.fps) % (round(CLIP_S * self.fps) / self.fps)


@contextlib.contextmanager
def made_cameras(count: int, fps: float) -> Iterator[MadeCameras]:
    """Cameras of 640x480 with one face each, until the block ends."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as stack:
        for number, pixels in enumerate(_clip(fps)):
            (Path(folder) / f"{number:03}.jpg").write_bytes(encode_jpeg(numbered(pixels, number)))
        started_s = time.monotonic()
        command = [sys.executable, str(Path(__file__).with_name("clip_camera.py")), folder, str(started_s), str(fps)]
        cameras = tuple(stack.enter_context(_running(f"camera{place}", command)) for place in range(1, count + 1))
        yield MadeCameras(cameras, started_s, fps)


def numbered(pixels: Pixels, number: int) -> Pixels:
    """A copy that shows its number, which `number_of` reads."""
    squares = np.array([1, *(number >> place & 1 for place in reversed(range(BITS)))], bool)
    shown: Pixels = pixels.copy()
    shown[-SIDE:, : squares.size * SIDE] = np.repeat(np.where(squares, BRIGHT, DARK), SIDE)[None, :, None]
    return shown


def number_of(jpeg: bytes) -> int | None:
    """The number that a picture shows, as the camera sent it or the service painted it; None for a notice."""
    small = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_REDUCED_GRAYSCALE_8)
    if small is None:
        raise ValueError("a picture is damaged")
    side = SIDE // REDUCED
    mark, *squares = small[-side + side // 2, side // 2 : (BITS + 1) * side : side] > MIDDLE
    places = reversed(range(BITS))
    return sum(int(square) << place for place, square in zip(places, squares, strict=True)) if mark else None


def _clip(fps: float) -> Iterator[Pixels]:
    with open_source(f"demo:?fps={fps}", paced=False) as source:
        for frame in islice(source.frames(), round(CLIP_S * fps)):
            yield frame.pixels


@contextlib.contextmanager
def _running(name: str, command: list[str]) -> Iterator[MadeCamera]:
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        port = process.stdout.readline().strip() if process.stdout else ""
        if not port:
            raise FerError("a camera of the bench did not start")
        yield MadeCamera(name, process, f"http://127.0.0.1:{port}/")
    finally:
        process.kill()
        process.communicate()
