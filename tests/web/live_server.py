"""A real gunicorn on a free port of this machine, and clients that read it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_S = 20.0
# Importing everything takes two seconds of a processor, on a busy machine many times that.
START_S = 120.0


class Server:
    """A running gunicorn with the repository's configuration."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.log = log

    def open(self, path: str, method: str = "GET") -> http.client.HTTPResponse:
        return ask(self.port, path, method)

    def status(self, path: str) -> int:
        with self.open(path) as answer:
            return answer.status

    def json(self, path: str, method: str = "GET") -> Any:
        with self.open(path, method) as answer:
            return json.load(answer)

    def eventually(self, **wanted: object) -> bool:
        """Whether /state comes to hold what is wanted."""
        return eventually(lambda: wanted.items() <= self.json("/state").items())


@contextmanager
def serving(application: str = "tests.web.live_app:app", **environment: str) -> Iterator[Server]:
    """A server that answers; ended by force if the test has not ended it."""
    port = free_port()
    variables = {name: value for name, value in os.environ.items() if not name.startswith("FER_")}
    variables |= {"FER_PORT": str(port), "FER_MAX_VISITORS": "0", "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        variables["FER_DATA_DIR"] = str(Path(folder) / "data")
        command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), application]
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=folder, env=variables | environment, stdout=file, stderr=file)
        with ended(process):
            is_up = eventually(lambda: process.poll() is not None or is_listening(port), START_S)
            assert is_up, "gunicorn does not listen"
            assert process.poll() is None, log.read_text()
            yield Server(process, port, log)


@contextmanager
def ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Asks a program to end in the end, by force if it does not."""
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE_S)
        finally:
            process.kill()


def ask(port: int, path: str, method: str = "GET") -> http.client.HTTPResponse:
    """An answer whose head has arrived; closing it hangs up."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.request(method, path, headers={"Connection": "close"})
    return connection.getresponse()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def is_listening(port: int) -> bool:
    """Whether somebody answers a request; gunicorn listens before its worker does."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", "/state")
        connection.getresponse().read()
    except (ConnectionError, TimeoutError):
        return False
    finally:
        connection.close()
    return True


def eventually(claim: Callable[[], bool], within_s: float = PATIENCE_S) -> bool:
    """Whether a claim about another process comes true in time."""
    limit_s = time.monotonic() + within_s
    pause = threading.Event()
    while not claim():
        if time.monotonic() > limit_s:
            return False
        pause.wait(0.02)
    return True


def parts(answer: http.client.HTTPResponse) -> Iterator[bytes]:
    """The bodies of a multipart answer; every delimiter and length is checked."""
    boundary = answer.headers["Content-Type"].partition("boundary=")[2]
    line = answer.readline()
    while line == b"\r\n":
        line = answer.readline()
    while line:
        assert line == f"--{boundary}\r\n".encode()
        head = http.client.parse_headers(answer)
        assert head["Content-Type"] == "image/jpeg"
        body = answer.read(int(head["Content-Length"]))
        if len(body) < int(head["Content-Length"]):
            return
        assert answer.read(2) == b"\r\n"
        yield body
        line = answer.readline()


def brightness(jpeg: bytes) -> float:
    """Mean of all pixels, 0 to 255, once the whole picture has been decoded."""
    return float(np.asarray(Image.open(BytesIO(jpeg))).mean())
