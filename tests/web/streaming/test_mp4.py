"""The live picture as video: real clients of a real server, PyAV as the one who plays it."""

from __future__ import annotations

import http.client
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from itertools import islice, pairwise
from pathlib import Path

import av
import pytest

from fer_web.sources import h264
from tests.web.client import make_app
from tests.web.live_server import Server, ask, eventually, parts
from tests.web.nginx import proxied
from tests.web.streaming.test_mjpeg import BRIGHT, VIEWERS, read_all, silent_viewer
from tests.web.streaming.test_mjpeg import running as running
from tests.web.streaming.test_mjpeg import server as server

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork"),
]
BEGINNING = b"ftyp"


def boxes(answer: http.client.HTTPResponse) -> Iterator[tuple[str, bytes]]:
    """The video's boxes as they come, with their kind."""
    while len(head := answer.read(8)) == 8:
        body = answer.read(int.from_bytes(head[:4], "big") - 8)
        yield head[4:].decode(), head + body


def pictures(answer: http.client.HTTPResponse, count: int) -> bytes:
    """A video from where it begins up to so many pictures."""
    data, found = b"", 0
    for kind, box in boxes(answer):
        data += box
        found += kind == "mdat"
        if found == count:
            return data
    pytest.fail(f"the video ended after {found} pictures")


def decoded(data: bytes) -> list[av.VideoFrame]:
    with av.open(BytesIO(data)) as container:
        return list(container.decode(video=0))


def brightness(frame: av.VideoFrame) -> float:
    return float(frame.to_ndarray(format="gray8").mean())


def test_a_viewer_who_comes_late_plays_from_the_first_byte_and_time_goes_on(server: Server) -> None:
    with server.open("/stream.mp4") as early:
        pictures(early, 25)
        with server.open("/stream.mp4") as late:
            assert late.status == 200
            assert late.headers["Content-Type"] == "video/mp4"
            assert late.headers["Cache-Control"] == "no-store"
            assert late.headers["X-Accel-Buffering"] == "no"
            frames = decoded(pictures(late, 40))
    assert len(frames) == 40
    assert frames[0].key_frame
    assert {(frame.width, frame.height) for frame in frames} == {(640, 480)}
    assert all(before.pts < after.pts for before, after in pairwise(frames))
    assert brightness(frames[-1]) > BRIGHT
    assert 40 / 15 - 1.5 < frames[-1].time - frames[0].time < 40 / 15 + 1.5


def test_ffmpeg_plays_it_by_its_address(server: Server) -> None:
    with av.open(f"http://127.0.0.1:{server.port}/stream.mp4", timeout=20) as container:
        frames = list(islice(container.decode(video=0), 20))
    assert [frame.width for frame in frames] == [640] * 20


def test_a_view_has_one_encoder_for_all_and_none_that_nobody_watches(server: Server) -> None:
    with server.open("/stream") as jpegs:
        assert next(parts(jpegs))
        assert server.json("/state")["encoder_threads"] == 0
        before = len(server.json("/painted").get("boxes,labels", ()))
        videos = [server.open("/stream.mp4?overlay=boxes,labels") for _ in range(3)]
        for video in videos:
            assert pictures(video, 3)
        assert server.json("/state")["encoder_threads"] == 1
        other = server.open("/stream.mp4?overlay=boxes")
        assert pictures(other, 3)
        assert server.json("/state")["encoder_threads"] == 2
        painted = server.json("/painted")["boxes,labels"][before:]
        assert len(set(painted)) == len(painted)
        for answer in (*videos, other):
            answer.close()
        assert server.eventually(viewers=1, encoder_threads=0)
    assert server.eventually(viewers=0, open_now=0, live_threads=0)


def test_jpegs_and_video_of_one_view_are_painted_once(server: Server) -> None:
    before = len(server.json("/painted").get("landmarks", ()))
    with server.open("/stream?overlay=landmarks") as jpegs, server.open("/stream.mp4?overlay=landmarks") as video:
        for _ in islice(parts(jpegs), 10):
            pass
        pictures(video, 10)
        painted = server.json("/painted")["landmarks"][before:]
    # Once more at most: for whoever came second, and wanted the newest at once.
    assert len(painted) - len(set(painted)) <= 1


def test_another_picture_size_begins_the_video_anew_in_the_same_answer(server: Server) -> None:
    with server.open("/stream.mp4") as answer:
        data = pictures(answer, 10)
        server.json("/camera/is_large/yes", "POST")
        for kind, box in boxes(answer):
            data += box
            if kind == "moov":
                break
        data += pictures(answer, 5)
    second = data.rindex(BEGINNING) - 4
    assert {frame.width for frame in decoded(data[:second])} == {640}
    assert {(frame.width, frame.height) for frame in decoded(data[second:])} == {(960, 540)}


def test_a_camera_that_is_lost_and_comes_back_never_ends_the_video(server: Server) -> None:
    with server.open("/stream.mp4") as answer:
        data = pictures(answer, 12)
        assert any(brightness(frame) > BRIGHT for frame in decoded(data))
        server.json("/camera/is_plugged/no", "POST")
        while brightness(decoded(data)[-1]) > BRIGHT:
            data += pictures(answer, 1)
        server.json("/camera/is_plugged/yes", "POST")
        while brightness(decoded(data)[-1]) < BRIGHT:
            data += pictures(answer, 1)


def test_who_comes_while_the_camera_is_silent_sees_the_last_picture(server: Server) -> None:
    with server.open("/stream.mp4") as early:
        pictures(early, 12)
        server.json("/camera/is_paused/yes", "POST")
        with server.open("/stream.mp4") as late:
            [frame] = decoded(pictures(late, 1))
    assert brightness(frame) > BRIGHT


def test_a_client_that_vanishes_while_the_camera_is_silent_is_noticed(server: Server) -> None:
    answer = server.open("/stream.mp4")
    pictures(answer, 12)
    server.json("/camera/is_paused/yes", "POST")
    answer.close()
    assert server.eventually(viewers=0, open_now=0, live_threads=0)
    assert "Traceback" not in server.log.read_text()


def test_one_who_stops_reading_slows_nobody_and_is_dropped(server: Server) -> None:
    silent = silent_viewer(server, "/stream.mp4")
    assert server.eventually(viewers=1)
    with server.open("/stream.mp4") as answer:
        pictures(answer, 5)
        started_s = time.monotonic()
        pictures(answer, 45)  # three seconds' worth
        assert time.monotonic() - started_s < 4.5
        assert eventually(lambda: server.json("/state")["viewers"] == 1 or pictures(answer, 1) == b"")
        with pytest.raises(ConnectionResetError):  # a reset, so that the kernel keeps nothing for it
            read_all(silent)
    silent.close()


def test_video_and_jpegs_share_the_places_for_viewers(server: Server) -> None:
    answers = [server.open("/stream.mp4" if place % 2 else "/stream") for place in range(VIEWERS)]
    with server.open("/stream.mp4") as refused:
        assert refused.status == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert b'"busy"' in refused.read()
    for answer in answers:
        answer.close()


@pytest.mark.parametrize(("query", "told"), [("overlay=hats", "hats"), ("shown_px=0", "1")])
def test_an_unknown_wish_is_refused_with_what_is_known(server: Server, query: str, told: str) -> None:
    with server.open(f"/stream.mp4?{query}") as refused:
        assert refused.status == 400
        assert told in refused.read().decode()
    assert server.json("/state")["viewers"] == 0


def test_a_machine_without_an_encoder_refuses_video_and_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h264, "ENCODERS", ("no_such_encoder",))
    app = make_app()

    answer = app.test_client().get("/stream.mp4")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (501, "no_encoder")
    [camera] = app.extensions["fer_web"].cameras
    assert (camera.counts()["viewers"], camera.is_open) == (0, False)


def test_behind_nginx_pictures_come_as_they_are_made(server: Server, tmp_path: Path) -> None:
    with proxied(tmp_path, server.port, "/faces") as port, ask(port, "/faces/stream.mp4") as answer:
        assert answer.status == 200
        pictures(answer, 5)
        started_s = time.monotonic()
        pictures(answer, 30)
        assert 1.0 < time.monotonic() - started_s < 4.5  # two seconds' worth, neither held back nor in one piece
    assert server.eventually(viewers=0, open_now=0)
