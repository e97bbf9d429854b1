"""A real Caddy with TLS, and what its site is asked."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.web.live_server import PATIENCE_S, ended, eventually, free_port

TOKEN = "correct horse battery staple"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Proxy:
    """A running Caddy and what its site is asked."""

    def __init__(self, port: int, http_port: int, authority: Path) -> None:
        self.http_port = http_port
        self._port = port
        self._context = ssl.create_default_context(cafile=str(authority))

    def connection(self) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection("localhost", self._port, timeout=PATIENCE_S, context=self._context)

    def ask(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> http.client.HTTPResponse:
        """An answer whose head has arrived, over TLS; closing it hangs up."""
        connection, fields = self.connection(), {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, {"Connection": "close", **fields})
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def json(self, path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Any:
        with self.ask(path, method, body, **BEARER, **headers) as answer:
            return json.load(answer)


@contextmanager
def caddy(folder: Path, file: Path, **environment: str) -> Iterator[Proxy]:
    """A running Caddy with one of the repository's files as it is, which takes what it needs from the environment."""
    program = shutil.which("caddy")
    if program is None:
        pytest.skip("Caddy is not installed (Debian: apt-get install caddy)")
    port, http_port = free_port(), free_port()
    variables = {
        **os.environ,
        "SITE": f"localhost:{port}",
        "HTTP_PORT": str(http_port),
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        **environment,
    }
    log, authority = folder / "log", folder / "caddy" / "pki" / "authorities" / "local" / "root.crt"
    command = [program, "run", "--config", str(file), "--adapter", "caddyfile"]
    with log.open("wb") as written:
        process = subprocess.Popen(command, env=variables, stdout=written, stderr=written)
    with ended(process):
        up = eventually(lambda: process.poll() is not None or (authority.exists() and is_up(port, authority)))
        assert up, log.read_text()
        assert process.poll() is None, log.read_text()
        yield Proxy(port, http_port, authority)


def is_up(port: int, authority: Path) -> bool:
    """Whether the site has its certificate."""
    try:
        Proxy(port, 0, authority).ask("/healthz").close()
    except OSError:
        return False
    return True
