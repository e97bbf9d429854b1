"""The programs around a fleet on this machine: Redis between its processes, Caddy in front of its replicas."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fer_web.errors import FerError
from fer_web.study.bench.serving import processor_s_of

START_S = 20.0
LOOK_S = 0.05
# Viewers are spread over the replicas; one that does not answer is left out for a while, and the next one is asked.
CADDYFILE = """\
{{
    admin off
    auto_https off
    grace_period 1s
}}
http://:{port} {{
    reverse_proxy {replicas} {{
        flush_interval -1
        lb_policy least_conn
        lb_try_duration 3s
        lb_try_interval 100ms
        fail_duration 30s
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class Program:
    """One that was started, and where it listens."""

    process: subprocess.Popen[bytes]
    port: int

    def processor_s(self) -> float:
        """The processor time that it has taken so far."""
        return processor_s_of(self.process.pid)


@contextlib.contextmanager
def redis() -> Iterator[Program]:
    """A Redis that writes nothing to the disk."""
    with tempfile.TemporaryDirectory() as folder:
        port = _free_port()
        options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder]
        with _running([_found("redis-server"), *options], port) as program:
            yield program


@contextlib.contextmanager
def caddy(replicas: Sequence[int]) -> Iterator[Program]:
    """A Caddy in front of replicas on these ports."""
    with tempfile.TemporaryDirectory() as folder:
        port, told = _free_port(), Path(folder) / "Caddyfile"
        told.write_text(CADDYFILE.format(port=port, replicas=" ".join(f"127.0.0.1:{one}" for one in replicas)))
        with _running([_found("caddy"), "run", "--config", str(told), "--adapter", "caddyfile"], port) as program:
            yield program


@contextlib.contextmanager
def _running(command: list[str], port: int) -> Iterator[Program]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603
    try:
        limit_s = time.monotonic() + START_S
        while not _listens(port):
            if process.poll() is not None or time.monotonic() > limit_s:
                raise FerError(f"{Path(command[0]).name} does not start")
            time.sleep(LOOK_S)
        yield Program(process, port)
    finally:
        process.terminate()
        process.wait()


def _found(name: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise FerError(f"{name} is not installed: apt-get install redis-server caddy")
    return path


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as asked:
        return asked.connect_ex(("127.0.0.1", port)) == 0
