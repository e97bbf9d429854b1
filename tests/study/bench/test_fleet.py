"""Viewers who come back when their stream ends, and the table of a fleet that loses one of its processes."""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_web.cli.main import main
from fer_web.errors import FerError
from fer_web.study.bench import returning_viewers
from fer_web.study.bench.fleet_programs import _found
from fer_web.study.bench.returning_viewers import ReturningViewers
from fer_web.study.bench.viewer_load import JPEG_MARK
from tests.web.live_server import eventually


@pytest.fixture
def front() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(10)
        yield server


def test_a_viewer_whose_stream_ends_comes_back_and_tells_how_long_it_was_away(
    front: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returning_viewers, "AGAIN_S", 0.05)
    with ReturningViewers(front.getsockname()[1], ["/stream"]) as viewers:
        viewer = viewers.viewers[0]
        first, _ = front.accept()
        assert first.recv(1000).startswith(b"GET /stream HTTP/1.0\r\n")
        first.sendall(JPEG_MARK * 2 + JPEG_MARK[:9])
        first.sendall(JPEG_MARK[9:])
        assert eventually(lambda: len(viewer.pictures_s) == 3), "one was cut in two on its way"
        first.close()
        assert eventually(lambda: len(viewer.lost_s) == 1)
        second, _ = front.accept()
        assert viewers.away_s(0.0) == [float("inf")], "it has no picture yet"
        second.sendall(JPEG_MARK)

        assert eventually(lambda: len(viewer.pictures_s) == 4)

        assert viewers.away_s(viewer.lost_s[0]) == [viewer.pictures_s[3] - viewer.lost_s[0]]
        assert viewers.away_s(viewer.pictures_s[3]) == [], "none was lost after that"
        assert viewers.pictures(viewer.pictures_s[0], viewer.pictures_s[3]) == [3]
        second.close()


def test_a_viewer_who_is_refused_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(returning_viewers, "AGAIN_S", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with ReturningViewers(port, ["/stream"]) as viewers:
        assert eventually(lambda: len(viewers.viewers[0].lost_s) > 1)


def test_a_program_that_is_missing_is_named_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FerError, match="redis-server is not installed: apt-get install"):
        _found("redis-server")


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
@pytest.mark.skipif(not all(map(shutil.which, ("redis-server", "caddy"))), reason="needs redis-server and caddy")
def test_viewers_of_a_killed_replica_come_back_at_the_other_one_and_no_camera_is_opened_twice(
    tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--viewers", "2", "--fps", "10", "--seconds", "4", "--models", str(tiny_models), "--model", "xception"]
    assert main(["bench", "fleet", *words]) == 0

    said = {line[:24].strip(): line[24:].split() for line in capsys.readouterr().out.splitlines()[2:]}
    assert float(said["each viewer got"][0]) > 0
    assert float(said["each viewer got then"][0]) > 0
    assert said["viewers who came back"][0] == "2", "those of the replica that was killed"
    assert said["open at once, at most"] == ["camera1", "1,", "camera2", "1"]
    assert float(said["Redis to replicas"][0]) > 0
    assert {"process of camera1", "process of camera2", "replica 1", "replica 2", "Redis", "Caddy"} <= said.keys()
