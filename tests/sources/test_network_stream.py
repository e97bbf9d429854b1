"""Streams over real HTTP: they open, stall, die and come back, and their credentials stay where they belong."""

from __future__ import annotations

import base64
import logging
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_web.errors import SourceError, SourceLost
from fer_web.sources import Source, SourceState, keep_open, open_source
from tests.sources.captures import Camera, mjpeg_camera, serving_files


@pytest.fixture
def camera() -> Iterator[Camera]:
    with mjpeg_camera() as camera:
        yield camera


def test_an_mjpeg_stream_delivers_at_once(camera: Camera) -> None:
    with open_source(f"{camera.url}/video") as source:
        frames = source.frames()
        first, second = next(frames), next(frames)
    assert source.kind == "stream"
    assert first.size == (160, 120)
    assert second.index > first.index
    assert second.time_s > first.time_s


def test_a_stream_that_stalls_is_lost_within_its_time_out(camera: Camera) -> None:
    with open_source(f"{camera.url}/video", read_timeout_s=0.3) as source:
        frames = source.frames()
        next(frames)
        camera.sending.clear()
        stalled = time.monotonic()
        with pytest.raises(SourceLost):
            list(frames)
        assert time.monotonic() - stalled < 3
        assert source.released(5)


def test_a_stream_that_hangs_up_is_lost(camera: Camera) -> None:
    with open_source(f"{camera.url}/video") as source:
        camera.hang_up.set()
        with pytest.raises(SourceLost, match="ended or stopped answering"):
            list(source.frames())


def test_a_stream_comes_back_after_it_stalled_and_after_it_died(camera: Camera) -> None:
    states: list[SourceState] = []
    stop = threading.Event()
    frames = keep_open(lambda: open_source(f"{camera.url}/video", read_timeout_s=0.3, stop=stop), states.append, stop)
    seen = [next(frames)]
    for interrupt, mend in (
        (camera.sending.clear, camera.sending.set),
        (camera.hang_up.set, camera.hang_up.clear),
    ):
        connections = len(camera.requests)
        interrupt()
        threading.Timer(0.6, mend).start()
        for frame in frames:
            seen.append(frame)
            if len(camera.requests) > connections and states[-1].status == "live":
                break
    stop.set()
    assert list(frames) == []
    statuses = [state.status for state in states]
    assert statuses[:2] == ["connecting", "live"]
    assert statuses[-1] == "closed"
    assert statuses.count("live") == 3
    assert all(later.index > earlier.index for earlier, later in pairwise(seen))
    assert all(later.time_s > earlier.time_s for earlier, later in pairwise(seen))


def test_a_recording_behind_an_address_plays_at_its_own_speed(tmp_path: Path) -> None:
    path = tmp_path / "clip.mkv"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), 20, (160, 120))
    for _ in range(10):
        writer.write(np.zeros((120, 160, 3), np.uint8))
    writer.release()
    with serving_files(tmp_path) as url:
        started = time.monotonic()
        with (
            open_source(f"{url}/clip.mkv") as source,
            pytest.raises(SourceLost, match=r"clip\.mkv ended"),
        ):
            list(source.frames())
        assert 0.4 < time.monotonic() - started < 3


def test_credentials_reach_the_camera_and_nothing_else(
    camera: Camera, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    camera.wants_login = True
    states: list[SourceState] = []
    stop = threading.Event()
    url = camera.url.replace("//", "//admin:SECRET@") + "/video?token=SECRET"
    texts: list[str] = []

    def open_once() -> Source:
        if texts:
            stop.set()
        source = open_source(url, stop=stop)
        texts.extend((repr(source), source.label))
        camera.hang_up.set()
        return source

    assert list(keep_open(open_once, states.append, stop))
    with pytest.raises(SourceError) as refusal:
        open_source("rtsp://admin:SECRET@127.0.0.1:9/live?token=SECRET")
    assert camera.requests[-1] == ("/video?token=SECRET", "Basic " + base64.b64encode(b"admin:SECRET").decode())
    assert [state.status for state in states] == ["connecting", "live", "reconnecting", "closed"]
    printed = capfd.readouterr()
    for text in (*texts, repr(refusal.value), repr(states), caplog.text, printed.out, printed.err):
        assert "SECRET" not in text
        assert "admin" not in text
    assert "reconnecting (http://***@127.0.0.1" in caplog.text


def test_a_wrong_password_is_refused_without_printing_it(camera: Camera, capfd: pytest.CaptureFixture[str]) -> None:
    camera.wants_login = True
    with pytest.raises(SourceError, match="wrong credentials") as refusal:
        open_source(f"{camera.url}/video?token=SECRET")
    printed = capfd.readouterr()
    assert "SECRET" not in f"{refusal.value!r}{printed}"


@pytest.mark.parametrize("scheme", ["http", "https", "rtsp", "rtsps"])
def test_an_address_where_nothing_listens_is_refused(scheme: str) -> None:
    with pytest.raises(SourceError, match=f"{scheme}://127.0.0.1:9/x cannot be opened"):
        open_source(f"{scheme}://127.0.0.1:9/x")
