"""The services of compose.fleet.yaml as processes of this machine, with other hosts, ports and folders."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.caddy import TOKEN, Proxy, caddy
from tests.postgres import PASSWORD
from tests.web.live_server import PATIENCE_S, ROOT, ended, eventually, free_port

COMPOSE = ROOT / "compose.fleet.yaml"
CADDYFILE = ROOT / "deploy" / "caddy" / "Caddyfile.fleet"
REDIS_PASSWORD = "another-secret-of-the-tests"
# What the file takes from the environment.
GIVEN = {
    "SITE": "localhost",
    "FER_TOKEN": TOKEN,
    "REDIS_PASSWORD": REDIS_PASSWORD,
    "POSTGRES_PASSWORD": PASSWORD,
}
# Several programs load their models at once.
START_S = 180.0


class RunningFleet:
    """Its programs by the names of their services; `ports` is where each of them listens."""

    def __init__(self, folder: Path, database: str) -> None:
        self.folder = folder
        self.services = services()
        self.ports = {name: free_port() for name in self.services}
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._database = database
        self._stack = ExitStack()
        self.proxy: Proxy

    def environment(self, name: str) -> dict[str, str]:
        """A service's of the file, with the addresses that hold here."""
        given = {key: self._here(value) for key, value in self.services[name].get("environment", {}).items() if value}
        if name == "caddy":
            return {key: value for key, value in given.items() if key != "SITE"}
        here = {"FER_HOST": "127.0.0.1", "FER_PORT": str(self.ports[name]), "FER_DATA_DIR": str(self.folder / "data")}
        return given | here

    def _here(self, value: str) -> str:
        value = value.replace("@redis:6379", f"@127.0.0.1:{self.ports['redis']}")
        value = re.sub(r"postgresql://fer:.*@postgres/fer", self._database, value)
        return re.sub(r"\b([\w-]+):5000\b", lambda found: f"127.0.0.1:{self.ports[found[1]]}", value)

    def start(self, name: str, **environment: str) -> None:
        """Start a service of the program, or Redis; whether it answers is another question."""
        if name == "redis":
            command = [str(shutil.which("redis-server")), *self.services[name]["command"][1:]]
            command += ["--port", str(self.ports[name]), "--bind", "127.0.0.1", "--dir", str(self.folder)]
        else:
            command = [sys.executable, "-m", "fer_web", *self.services[name].get("command", ["serve"])]
        variables = {key: value for key, value in os.environ.items() if not key.startswith("FER_")}
        variables |= {"PYTHONPATH": str(ROOT), **(self.environment(name) if name != "redis" else {}), **environment}
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(command, cwd=self.folder, env=variables, stdout=log, stderr=log)
        self._stack.enter_context(ended(process))
        self.processes[name] = process

    def kill(self, name: str) -> None:
        """End it as a power cut would."""
        children = subprocess.run(["pgrep", "-P", str(self.processes[name].pid)], capture_output=True, check=False)
        self.processes[name].kill()
        for child in children.stdout.split():
            subprocess.run(["kill", "-9", child], check=False)
        self.processes[name].wait()

    def is_up(self, name: str) -> bool:
        """Whether its process runs."""
        return self.processes[name].poll() is None

    def is_ready(self, name: str) -> bool:
        """Whether it can be used; a failure when it has ended."""
        assert self.is_up(name), self.log(name).read_text()
        try:
            with self.ask(name, "/readyz") as answer:
                return answer.status == 200
        except OSError:
            return False

    def ask(
        self, name: str, path: str, method: str = "GET", body: bytes | None = None, **headers: str
    ) -> http.client.HTTPResponse:
        """What a service answers that is asked past Caddy."""
        connection = http.client.HTTPConnection("127.0.0.1", self.ports[name], timeout=PATIENCE_S)
        fields = {key.replace("_", "-"): value for key, value in headers.items()}
        connection.request(method, path, body, {"Connection": "close", **fields})
        return connection.getresponse()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def __enter__(self) -> RunningFleet:
        with ExitStack() as stack:
            stack.enter_context(self._stack)
            self.start("redis")
            programs = [name for name, service in self.services.items() if service["image"] == "fer-web"]
            for name in programs:
                self.start(name)
            self.proxy = stack.enter_context(caddy(self.folder, CADDYFILE, **self.environment("caddy")))
            serving = [name for name in programs if name != "worker"]
            assert eventually(lambda: all(self.is_ready(name) for name in serving), START_S)
            self._ending = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes.values():  # all at once, so that none waits for another
            process.terminate()
        self._ending.close()


def services() -> dict[str, dict[str, Any]]:
    """The file's, with the values that `GIVEN` gives."""
    return dict(interpolated(yaml.safe_load(COMPOSE.read_text())["services"], GIVEN))


def interpolated(value: Any, given: Mapping[str, str]) -> Any:
    """As Compose does it: ${NAME}, ${NAME:-default}, ${NAME:?what is wrong}."""
    if isinstance(value, dict):
        return {key: interpolated(one, given) for key, one in value.items()}
    if isinstance(value, list):
        return [interpolated(one, given) for one in value]
    if not isinstance(value, str):
        return value

    def filled(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if given.get(name):
            return given[name]
        assert kind != ":?", f"{name}: {rest}"
        return rest or ""

    return re.sub(r"\$\{(\w+)(?:(:[-?])([^}]*))?\}", filled, value)


@contextmanager
def fleet(folder: Path, database: str) -> Iterator[RunningFleet]:
    """All of it, once it is ready; skipped where a program is missing."""
    if shutil.which("redis-server") is None:
        pytest.skip("Redis is not installed (Debian: apt-get install redis-server)")
    with RunningFleet(folder, database) as running:
        yield running
