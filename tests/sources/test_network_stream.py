"""Streams over real HTTP: they open, stall, die and come back, and their credentials stay where they belong."""

from __future__ import annotations

import base64
import logging
import socket
import threading
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_web.errors import SourceError, SourceLost
from fer_web.sources import Source, SourceState, keep_open, network_container, open_source
from fer_web.sources.http_request import Timeouts
from fer_web.sources.rtsp_relay import RtspRelay
from tests.clips import make_clip
from tests.sources.captures import Camera, mjpeg_camera, serving_files, site
from tests.sources.rtsp_camera import RtspCamera, rtsp_camera
from tests.sources.test_video_times import noise


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


@pytest.fixture
def rtsp() -> Iterator[RtspCamera]:
    with rtsp_camera() as camera:
        yield camera


def test_an_rtsp_stream_delivers_at_once_over_tcp(rtsp: RtspCamera) -> None:
    with open_source(f"{rtsp.url}/live") as source:
        frames = list(islice(source.frames(), 5))

    assert {frame.size for frame in frames} == {(160, 120)}
    assert all(later.time_s > earlier.time_s for earlier, later in pairwise(frames))
    setup = next(headers for request, headers in rtsp.requests if request.startswith("SETUP"))
    assert "TCP" in setup["Transport"]


def test_what_came_before_anybody_looked_is_skipped(rtsp: RtspCamera) -> None:
    with open_source(f"{rtsp.url}/live") as source:
        time.sleep(1)
        frame = next(source.frames())

    assert frame.index > 10  # of the twenty a second


def test_a_camera_that_changes_its_size_goes_on(rtsp: RtspCamera) -> None:
    rtsp.sizes = (160, 120), (320, 240)
    sizes = []
    with open_source(f"{rtsp.url}/live") as source:
        for frame in source.frames():
            sizes.append(frame.size)
            if len(sizes) > 200 or frame.size == (320, 240):
                break

    assert sizes[0] == (160, 120)
    assert sizes[-1] == (320, 240)


def test_an_rtsp_stream_that_stalls_or_hangs_up_is_lost(rtsp: RtspCamera) -> None:
    with open_source(f"{rtsp.url}/live", read_timeout_s=0.5) as source:
        frames = source.frames()
        next(frames)
        rtsp.sending.clear()
        with pytest.raises(SourceLost):
            list(frames)
    rtsp.sending.set()
    with open_source(f"{rtsp.url}/live") as source:
        frames = source.frames()
        next(frames)
        rtsp.hang_up.set()
        with pytest.raises(SourceLost, match="ended or stopped answering"):
            list(frames)


def test_an_rtsp_stream_comes_back_after_it_stalled(rtsp: RtspCamera) -> None:
    states: list[SourceState] = []
    stop = threading.Event()
    frames = keep_open(lambda: open_source(f"{rtsp.url}/live", read_timeout_s=0.5, stop=stop), states.append, stop)
    next(frames)
    rtsp.sending.clear()
    threading.Timer(0.8, rtsp.sending.set).start()
    returned = time.monotonic() + 0.8

    while states[-1].status != "reconnecting":
        next(frames)
        if rtsp.connections > 1:
            break
    assert time.monotonic() - returned < 6
    stop.set()


@pytest.mark.parametrize("kind", ["mjpeg", "rtsp"])
def test_closing_a_camera_that_says_nothing_lets_go_of_it_at_once(kind: str, camera: Camera, rtsp: RtspCamera) -> None:
    url = f"{camera.url}/video" if kind == "mjpeg" else f"{rtsp.url}/live"
    with open_source(url, read_timeout_s=60) as source:
        next(source.frames())
        camera.sending.clear()
        rtsp.sending.clear()
        time.sleep(0.3)  # it reads, and waits
        closed = time.monotonic()
        source.close()
        assert source.released(10)
        assert time.monotonic() - closed < 3


@pytest.mark.parametrize("scheme", ["http", "https", "rtsp", "rtsps"])
def test_giving_up_on_a_camera_that_takes_the_call_and_says_nothing(scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/live"
        started = time.monotonic()
        with pytest.raises(SourceError, match=r"delivered no frame within|no answer"):
            open_source(url, open_timeout_s=0.4)
        assert time.monotonic() - started < 5
        stop = threading.Event()
        threading.Timer(0.2, stop.set).start()
        started = time.monotonic()
        with pytest.raises(SourceError):
            open_source(url, open_timeout_s=60, stop=stop)
        assert time.monotonic() - started < 10


def test_a_camera_that_is_given_up_before_ffmpeg_does_is_said_to_be_silent() -> None:
    """FFmpeg then sees no more than a connection that ended, and would say that no video comes."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"rtsp://127.0.0.1:{silent.getsockname()[1]}/live"
        with (
            RtspRelay(url, Timeouts(0.2, 0.2), threading.Event()) as relay,
            pytest.raises(SourceError, match=r"^no answer in time$"),
        ):
            network_container._opened_rtsp(relay, Timeouts(20, 20))


def test_a_recording_whose_index_stands_at_its_end_plays_from_a_server_of_parts(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", 2, size=(320, 240), sound=None, picture=noise)
    assert clip.stat().st_size > 600_000
    with site() as served:
        served.add("/clip.mp4", clip.read_bytes(), Accept_Ranges="bytes")
        with open_source(f"{served.url}/clip.mp4") as source:
            frames = list(islice(source.frames(), 5))
    assert {frame.size for frame in frames} == {(320, 240)}
    assert any("Range" in headers for _, headers in served.requests)


def test_live_turns_and_squares_as_the_analysis_does(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", 0.4, size=(96, 64), sound=None, rotation=90)
    with site() as served:
        served.add("/clip.mkv", clip.read_bytes())
        with open_source(f"{served.url}/clip.mkv") as source:
            assert next(source.frames()).size == (64, 96)


def test_a_camera_that_asks_for_a_digest_gets_it(camera: Camera) -> None:
    camera.digest_password = "s3cr#t"
    url = camera.url.replace("//", "//admin:s3cr%23t@")

    with open_source(f"{url}/video?channel=1") as source:
        assert next(source.frames()).size == (160, 120)
    with pytest.raises(SourceError, match="wrong credentials"):
        open_source(f"{url.replace('s3cr', 'other')}/video")


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
    assert ("/video?token=SECRET", "Basic " + base64.b64encode(b"admin:SECRET").decode()) in camera.requests
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
