"""Webcams: asked for the right pictures, delivered in RGB, never opened twice."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from typing import Any

import cv2
import pytest

from fer_web.errors import SourceError, SourceLost
from fer_web.sources import open_source, opencv
from fer_web.sources.drivers import webcam
from tests.sources.captures import FakeCapture


@pytest.fixture
def cameras(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[FakeCapture]]:
    """The captures that were opened; each is let go in the end."""
    opened: list[FakeCapture] = []

    def capture(target: Any, backend: int, options: Any = ()) -> FakeCapture:
        opened.append(FakeCapture())
        return opened[-1]

    monkeypatch.setattr(opencv, "capture", capture)
    monkeypatch.setattr(FakeCapture, "open_now", 0)
    monkeypatch.setattr(FakeCapture, "open_most", 0)
    yield opened
    for camera in opened:
        camera.may_read.set()
        assert camera.released.wait(5)


def test_pictures_are_rgb(cameras: list[FakeCapture]) -> None:
    with open_source("webcam:0") as source:
        assert (source.kind, source.label) == ("webcam", "webcam 0")
        assert next(source.frames()).pixels[0, 0].tolist() == [0, 0, 255]


def test_the_camera_is_asked_for_compressed_pictures_of_the_size_and_no_backlog(cameras: list[FakeCapture]) -> None:
    with open_source("webcam:0", size=(1280, 720)):
        assert cameras[0].settings == {
            cv2.CAP_PROP_FOURCC: cv2.VideoWriter.fourcc(*"MJPG"),
            cv2.CAP_PROP_FRAME_WIDTH: 1280,
            cv2.CAP_PROP_FRAME_HEIGHT: 720,
            cv2.CAP_PROP_FPS: 30,
            cv2.CAP_PROP_BUFFERSIZE: 1,
        }


def test_a_camera_that_is_unplugged_is_lost(cameras: list[FakeCapture]) -> None:
    with open_source("webcam:0") as source:
        cameras[0].ended = True
        with pytest.raises(SourceLost, match="webcam 0 stopped delivering"):
            list(source.frames())
    assert cameras[0].released.wait(5)


def test_a_new_capture_waits_for_the_old_one_of_the_same_camera(cameras: list[FakeCapture]) -> None:
    first = open_source("webcam:3")
    cameras[0].may_read.clear()
    cameras[0].reading.clear()
    assert cameras[0].reading.wait(5)
    first.close()
    threading.Timer(0.1, cameras[0].may_read.set).start()
    with open_source("/dev/video3"):
        assert first.released(0)
        assert len(cameras) == 2
        assert FakeCapture.open_most == 1


def test_a_camera_whose_old_read_never_returns_is_refused(
    cameras: list[FakeCapture], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webcam, "_HANDOVER_S", 0.05)
    with open_source("webcam:4"):
        with pytest.raises(SourceError, match="webcam 4 is still in use by this program's previous capture"):
            open_source("webcam:4")
        with open_source("webcam:5"):
            assert FakeCapture.open_most == 2
    assert len(cameras) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="device files are Linux's")
def test_a_camera_that_does_not_exist_is_refused_with_a_sentence() -> None:
    with pytest.raises(SourceError, match=r"/dev/video97 cannot be opened: (no camera|/dev/video97 does not exist)"):
        open_source("/dev/video97")
