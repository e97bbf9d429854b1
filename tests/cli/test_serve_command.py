from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest

from fer_web.cli import main
from fer_web.cli.serve import check_address
from fer_web.errors import SettingsError
from fer_web.resources import ROOT

PATIENCE_S = 30


@pytest.fixture
def taken() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield int(listening.getsockname()[1])


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])


def test_a_port_in_use_is_a_sentence(taken: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--port", str(taken), "--source", "demo:"]) == 2

    assert capsys.readouterr().err.splitlines()[-1].startswith(f"error: port {taken} on 127.0.0.1 is already in use")


def test_an_address_of_another_machine_is_a_sentence() -> None:
    with pytest.raises(SettingsError, match=r"192\.0\.2\.1"):
        check_address("192.0.2.1", free_port())


def test_other_machines_are_not_served_without_a_token(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "--host", "0.0.0.0"]) == 2
    assert "FER_TOKEN" in capsys.readouterr().err


@contextmanager
def served(folder: Path, *command: str) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """A server started in another folder than ours, which answers."""
    port, log = free_port(), folder / "log"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "FER_MODELS_DIR": str(folder), "FER_SOURCE": "demo:"}
    environment["FER_DATA_DIR"] = str(folder / "data")
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, *command, "--port", str(port)], cwd=folder, env=environment, stdout=file, stderr=file
        )
    try:
        for _ in range(PATIENCE_S * 20):
            if process.poll() is not None or status(port, "/health/live")[0] == 200:
                break
            Event().wait(0.05)
        yield process, port, log
    finally:
        process.kill()
        process.wait()


def status(port: int, path: str) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)) as connection:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return 0, b""


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
@pytest.mark.parametrize("command", [(str(ROOT / "app.py"),), ("-m", "fer_web", "serve")], ids=["app.py", "serve"])
def test_it_serves_says_where_and_ends_when_it_is_told(command: tuple[str, ...], tmp_path: Path) -> None:
    with served(tmp_path, *command) as (process, port, log):
        alive = status(port, "/health/live")
        ready = status(port, "/health/ready")
        page = status(port, "/")
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_S)

    said = log.read_text(encoding="utf-8")
    assert (alive[0], page[0], code) == (200, 200, 0), said
    assert ready[0] == 503
    assert json.loads(ready[1])["error"]["code"] == "not_ready"
    assert f"FER Web on http://127.0.0.1:{port}" in said
    assert "Source: demo (chosen in settings)" in said
    assert "Traceback" not in said
