"""The real service in a process of its own, which tests may kill and start again at the same address."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.web.live_server import ROOT, eventually, free_port

# Loading TensorFlow and the models takes a few seconds, on a busy machine many.
READY_S = 300.0
STOP_S = 10.0


class Service:
    """gunicorn with the repository's configuration, the demo as its source and `settings` as FER_ variables."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.port = free_port()
        self.log = folder / f"server-{self.port}.log"
        self._folder = folder
        variables = {name: value for name, value in os.environ.items() if not name.startswith("FER_")}
        data = str(folder / f"data-{self.port}")
        given = {"FER_SOURCE": "demo:", "FER_PORT": str(self.port), "FER_DATA_DIR": data, **settings}
        self._variables = variables | {"PYTHONPATH": str(ROOT)} | given
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it and wait until its models are loaded."""
        command = [sys.executable, "-m", "gunicorn", "-c", str(ROOT / "gunicorn.conf.py"), "app:app"]
        with self.log.open("ab") as log:
            self._process = process = subprocess.Popen(
                command, cwd=self._folder, env=self._variables, stdout=log, stderr=log, start_new_session=True
            )
        ended_or_ready = eventually(lambda: process.poll() is not None or self._is_ready(), READY_S)
        assert ended_or_ready, f"not ready within {READY_S:.0f} s:\n{self.log.read_text()}"
        assert process.poll() is None, self.log.read_text()

    def kill(self) -> None:
        """End it and its worker at once, as a crash or a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to end, and make it end if it does not."""
        if self._process is not None:
            self._end(signal.SIGTERM)

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers={"Connection": "close"})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def json(self, path: str) -> Any:
        """A successful answer's JSON."""
        status, body = self.get(path)
        assert status == 200, body
        return json.loads(body)

    def _is_ready(self) -> bool:
        try:
            return self.get("/health/ready")[0] == 200
        except OSError:
            return False

    def _end(self, kind: signal.Signals) -> None:
        assert self._process is not None
        process, self._process = self._process, None
        try:
            if process.poll() is None:
                os.killpg(process.pid, kind) if kind == signal.SIGKILL else process.send_signal(kind)
            process.wait(STOP_S)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(STOP_S)
