"""Serving from the image, in the two ways that prove different things; both end when the context does.

`in_chroot` is `buildah run`: the image's user, environment and command, as the image says them. `locked_down` runs the
same command as compose.yaml would: read-only root file system, no capabilities, no new privileges, and as process 1.
"""

from __future__ import annotations

import json
import os
import secrets
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from building import IMAGE
from shell import ProofError, output

APPEAR_S = 30.0
LOOK_S = 0.05

LOCKED_DOWN = """
set -e
mount --bind "$ROOT" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount -t tmpfs -o mode=1777,nosuid,nodev,noexec tmpfs "$ROOT/tmp"
mount -t tmpfs -o mode=755,nosuid tmpfs "$ROOT/dev"
for name in null zero full random urandom; do
    touch "$ROOT/dev/$name"
    mount --bind "/dev/$name" "$ROOT/dev/$name"
done
mkdir "$ROOT/dev/shm"
mount -t tmpfs -o mode=1777,nosuid,nodev,noexec tmpfs "$ROOT/dev/shm"
mount -o remount,bind,ro "$ROOT"
exec chroot "$ROOT" env --ignore-environment --chdir="$FOLDER" "$@"
"""
UNPRIVILEGED = ("--init-groups", "--no-new-privs", "--bounding-set=-all", "--inh-caps=-all")


@dataclass(frozen=True)
class Image:
    """What the built image says about itself, and a working copy of its files at `root`."""

    container: str
    root: Path
    config: dict[str, Any]

    @property
    def command(self) -> list[str]:
        return [*map(str, self.config["Entrypoint"]), *map(str, self.config["Cmd"])]

    @property
    def health_check(self) -> list[str]:
        kind, *command = self.config["Healthcheck"]["Test"]
        if kind != "CMD":
            raise ProofError(f"the health check is of the kind {kind}: it needs a shell")
        return [str(word) for word in command]


@dataclass(frozen=True)
class Service:
    """A running service: its first process, as this machine numbers it, and how to talk to it."""

    process: subprocess.Popen[bytes]
    pid: int
    port: int
    token: str
    log: Path

    def status(self) -> dict[str, str]:
        """The kernel's view of the first process."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def terminate(self, patience_s: float) -> tuple[float, int]:
        """Seconds from SIGTERM, sent to the first process alone, to its end; and its exit code."""
        ended = select.poll()
        descriptor = os.pidfd_open(self.pid)
        try:
            ended.register(descriptor, select.POLLIN)
            started = time.monotonic()
            os.kill(self.pid, signal.SIGTERM)
            ended.poll(patience_s * 1000)
            took_s = time.monotonic() - started
        finally:
            os.close(descriptor)
        return took_s, self.process.wait(patience_s)


@contextmanager
def working_copy() -> Iterator[Image]:
    """The image's files, mounted; what is written to them is forgotten."""
    container = output("buildah", "from", IMAGE)
    try:
        root = Path(output("buildah", "mount", container))
        yield Image(container, root, json.loads(output("buildah", "inspect", container))["Docker"]["config"])
    finally:
        output("buildah", "rm", container)


@contextmanager
def in_chroot(image: Image) -> Iterator[Service]:
    """The image's own command under `buildah run`."""
    environment = new_environment()
    options = [f"--env={name}={value}" for name, value in environment.items()]
    command = ["buildah", "run", "--isolation=chroot", *options, image.container, "--", *image.command]
    with _started(command, environment) as service:
        yield service


@contextmanager
def locked_down(image: Image) -> Iterator[Service]:
    """The same with nothing to write to but /tmp and no right that could be dropped."""
    environment = new_environment()
    variables = [*image.config["Env"], *(f"{name}={value}" for name, value in environment.items())]
    user = image.config["User"]
    inside = [*variables, "setpriv", f"--reuid={user}", f"--regid={user}", *UNPRIVILEGED, *image.command]
    namespaces = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--"]
    settings = [f"ROOT={image.root}", f"FOLDER={image.config['WorkingDir']}"]
    with _started(["env", *settings, *namespaces, "sh", "-c", LOCKED_DOWN, "sh", *inside], environment) as service:
        yield service


def run_inside(image: Image, command: list[str], **environment: str) -> subprocess.CompletedProcess[str]:
    """A program in the image, to its end."""
    options = [f"--env={name}={value}" for name, value in environment.items()]
    whole = ["buildah", "run", "--isolation=chroot", *options, image.container, "--", *command]
    return subprocess.run(whole, text=True, capture_output=True, check=False, timeout=120)


def new_environment() -> dict[str, str]:
    """What somebody who starts the container sets; the token also tells its processes from all others."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    return {"FER_TOKEN": secrets.token_urlsafe(24), "FER_PORT": str(port), "FER_SOURCE": "demo:"}


@contextmanager
def _started(command: list[str], environment: dict[str, str]) -> Iterator[Service]:
    token = environment["FER_TOKEN"]
    with tempfile.TemporaryDirectory(prefix="fer-web-log-") as folder:
        log = Path(folder) / "log"
        with log.open("wb") as file:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=file, stderr=file)
        try:
            pid = _first_process(process, token, log)
            yield Service(process, pid, int(environment["FER_PORT"]), token, log)
        finally:
            for pid in processes_with(token):
                os.kill(pid, signal.SIGKILL)
            try:
                process.wait(APPEAR_S)
            finally:
                process.kill()


def _first_process(process: subprocess.Popen[bytes], token: str, log: Path) -> int:
    """The process in the container that no other process in it has started."""
    limit_s = time.monotonic() + APPEAR_S
    while time.monotonic() < limit_s:
        if process.poll() is not None:
            break
        parents = processes_with(token)
        first = [pid for pid, parent in parents.items() if parent not in parents]
        if len(first) == 1:
            return first[0]
        time.sleep(LOOK_S)
    raise ProofError(f"no service started:\n{log.read_text()}")


def processes_with(token: str) -> dict[int, int]:
    """All processes whose environment holds the token, each with its parent."""
    parents = {int(folder.name): _parent(folder, token) for folder in Path("/proc").glob("[0-9]*")}
    return {pid: parent for pid, parent in parents.items() if parent is not None}


def _parent(folder: Path, token: str) -> int | None:
    """The parent of a process of /proc, None when it is not one of ours."""
    try:
        if f"FER_TOKEN={token}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
            return None
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return None
