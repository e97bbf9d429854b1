"""A real server on a free port of this machine, for as long as something is measured."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

from fer_web.environment import PREFIX
from fer_web.errors import FerError
from fer_web.resources import GUNICORN_FILE, PACKAGE

# On a machine that does much else; some seconds otherwise.
START_S = 300.0
LAST_WORDS = 2000


@dataclass(frozen=True, slots=True)
class Served:
    """A gunicorn that was started: its master, where it listens, what it says."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_until(self, path: str = "/health/ready") -> None:
        """Return when it answers with 200; FerError with its last words when it does not come to that."""
        limit_s = time.monotonic() + START_S
        while self.process.poll() is None and time.monotonic() < limit_s:
            if self._answers(path):
                return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.2)
        raise FerError(f"the server did not become ready:\n{self.said()[-LAST_WORDS:]}")

    def _answers(self, path: str) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return bool(answer.status == 200)
        except (HTTPError, OSError):
            return False

    def resident_mib(self) -> float:
        """What all of its processes hold together."""
        return resident_mib(self.process.pid)

    def processor_s(self) -> float:
        """The processor time that its processes have taken so far; nan where the system does not tell it in /proc."""
        return processor_s_of(self.process.pid)

    def kill(self) -> None:
        """End all of its processes at once, as a machine that fails does."""
        for pid in (self.process.pid, *_descendants(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


@contextlib.contextmanager
def started(settings: Mapping[str, str]) -> Iterator[Served]:
    """A gunicorn with its data in a folder of its own; it may not listen yet. Told to end when the block does."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {f"{PREFIX}{name}": value for name, value in settings.items()}
    environment |= {f"{PREFIX}PORT": str(port), "PYTHONPATH": str(PACKAGE.parent)}
    command = [sys.executable, "-m", "gunicorn", "-c", str(GUNICORN_FILE)]
    with tempfile.TemporaryDirectory() as folder:
        environment.setdefault(f"{PREFIX}DATA_DIR", str(Path(folder) / "data"))
        log = Path(folder) / "log"
        with log.open("wb") as file:
            process = subprocess.Popen(command, cwd=folder, env=environment, stdout=file, stderr=file)  # noqa: S603
        try:
            yield Served(process, port, log)
        finally:
            process.terminate()
            process.wait()


@contextlib.contextmanager
def served(settings: Mapping[str, str]) -> Iterator[Served]:
    """The same when it is ready; FerError with its last words when it does not become so."""
    with started(settings) as server:
        server.wait_until()
        yield server


def processor_s_of(pid: int) -> float:
    """The processor time that a process and all that come from it have taken; nan where /proc does not tell it."""
    pids = (pid, *_descendants(pid))
    return sum(map(_processor_s, pids)) if Path("/proc/self/stat").exists() else float("nan")


def resident_mib(pid: int) -> float:
    """What a process and all that come from it hold, in MiB; nan where the system does not tell it in /proc."""
    kib = [_resident_kib(each) for each in (pid, *_descendants(pid))]
    return sum(kib) / 1024 if Path("/proc/self/status").exists() else float("nan")


def _descendants(pid: int) -> Iterator[int]:
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            for child in map(int, path.read_text().split()):
                yield child
                yield from _descendants(child)


def _resident_kib(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def _processor_s(pid: int) -> float:
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # in its own code, and in the system's
    return 0.0
