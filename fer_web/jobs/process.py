"""The worker process beside the service, as the service sees it. `serving` is what runs in it.

It gets job ids, a line each, and answers each with a line when it has done with it. When its input is closed it ends.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
from collections.abc import Mapping, Sequence
from threading import Timer
from typing import Any

from fer_web.resources import PACKAGE

DONE = "done"
# A worker is waited for this long when it shall put its job back and end.
GOODBYE_S = 3.0


class Worker:
    """A started process; one thread hands it work, any other may dismiss it."""

    def __init__(self, command: Sequence[str], plan: Mapping[str, Any]) -> None:
        self.name = new_name()
        path = os.pathsep.join([str(PACKAGE.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        self._process = subprocess.Popen(  # noqa: S603  (our own command)
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,  # Ctrl+C is for the service, which tells its worker
        )
        assert self._process.stdin is not None  # noqa: S101
        assert self._process.stdout is not None  # noqa: S101
        self._input, self._output = self._process.stdin, self._process.stdout
        self._write(json.dumps({**plan, "worker": self.name}))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def work_on(self, job_id: str, limit_s: float) -> bool:
        """Whether it has done with the job; False when it died, was dismissed, or was killed at `limit_s`."""
        timer = Timer(limit_s, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            return self._write(job_id) and self._output.readline().strip() == DONE
        finally:
            timer.cancel()

    def dismiss(self) -> None:
        """Tell it to put its job back and end."""
        with contextlib.suppress(OSError):
            self._input.close()

    def end(self) -> None:
        """The same, and wait until it has ended; whatever takes too long is killed."""
        self.dismiss()
        try:
            self._process.wait(GOODBYE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._output.close()

    def how_it_ended(self) -> str:
        """For people."""
        code = self._process.returncode
        if code is None or code >= 0:
            return f"exit code {code}"
        with contextlib.suppress(ValueError):
            name = signal.Signals(-code).name
            return f"{name}, as when the memory runs out" if name == "SIGKILL" else name
        return f"signal {-code}"

    def _write(self, line: str) -> bool:
        try:
            self._input.write(f"{line}\n")
            self._input.flush()
        except (OSError, ValueError):  # it died, or was dismissed
            return False
        return True


def new_name() -> str:
    """A worker's name in the store, different from all others."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
