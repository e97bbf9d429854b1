"""Debian's mosquitto on a free port, with a password, perhaps with TLS by an authority of its own; and who listens."""

from __future__ import annotations

import getpass
import json
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.web.live_server import eventually, free_port

USER, PASSWORD = "anna", "p#a/s?s@w%rd"
SECURE = "cafile {folder}/ca.crt\ncertfile {folder}/server.crt\nkeyfile {folder}/server.key\n"


class Mosquitto:
    """A broker that can be killed, started again, and held up."""

    def __init__(self, folder: Path, *, tls: bool = False) -> None:
        for program in ("mosquitto", "mosquitto_passwd", "mosquitto_sub"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not installed")
        self.folder, self.port, self.is_secure = folder, free_port(), tls
        self._process: subprocess.Popen[bytes] | None = None
        passwords = folder / "passwords"
        run("mosquitto_passwd", "-b", "-c", str(passwords), USER, PASSWORD)
        if tls:
            make_certificates(folder)
        lines = (
            f"user {getpass.getuser()}",  # who may read the files of this test
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous false",
            f"password_file {passwords}",
            "persistence false",
            *(SECURE.format(folder=folder).splitlines() if tls else ()),
        )
        (folder / "broker.conf").write_text("\n".join(lines), encoding="utf-8")

    @property
    def url(self) -> str:
        """With the password as people type it."""
        scheme, host = ("mqtts", "localhost") if self.is_secure else ("mqtt", "127.0.0.1")
        return f"{scheme}://{USER}:{PASSWORD}@{host}:{self.port}"

    @property
    def encoded_url(self) -> str:
        return self.url.replace(PASSWORD, "p%23a%2Fs%3Fs%40w%25rd")

    def start(self) -> None:
        with (self.folder / "broker.log").open("ab") as log:
            command = ["mosquitto", "-c", str(self.folder / "broker.conf")]
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        assert eventually(self._is_up), (self.folder / "broker.log").read_text()

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()

    def hold(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def release(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def arguments(self) -> list[str]:
        """Of mosquitto's own programs."""
        secure = ["-h", "localhost", "--cafile", str(self.folder / "ca.crt")] if self.is_secure else ["-h", "127.0.0.1"]
        return [*secure, "-p", str(self.port), "-u", USER, "-P", PASSWORD]

    def kept(self, topic: str) -> dict[str, str]:
        """What the broker has retained, by topic."""
        command = ["mosquitto_sub", *self.arguments(), "-v", "-t", topic, "--retained-only", "-W", "1"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return dict(line.split(" ", 1) for line in done.stdout.splitlines())

    def _is_up(self) -> bool:
        command = ["mosquitto_sub", *self.arguments(), "-t", "$SYS/broker/version", "-C", "1", "-W", "1"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


class Listener:
    """mosquitto_sub: what arrives on topics, in its order."""

    def __init__(self, broker: Mosquitto, topic: str) -> None:
        self._file = broker.folder / "heard.txt"
        command = ["mosquitto_sub", *broker.arguments(), "-v", "-t", topic, "-t", "ready"]
        with self._file.open("wb") as file:
            self.process = subprocess.Popen(command, stdout=file)
        said = ["mosquitto_pub", *broker.arguments(), "-t", "ready", "-m", "1"]
        assert eventually(lambda: bool(run(*said)) or "ready 1" in self._file.read_text())

    def heard(self, topic: str) -> list[str]:
        lines = [line.split(" ", 1) for line in self._file.read_text().splitlines()]
        return [text for place, text in lines if place == topic]

    def json(self, topic: str) -> list[dict[str, Any]]:
        return [json.loads(text) for text in self.heard(topic)]


@contextmanager
def running(folder: Path, *, tls: bool = False) -> Iterator[Mosquitto]:
    broker = Mosquitto(folder, tls=tls)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


@contextmanager
def listening(broker: Mosquitto, topic: str) -> Iterator[Listener]:
    listener = Listener(broker, topic)
    try:
        yield listener
    finally:
        listener.process.kill()
        listener.process.wait()


def make_certificates(folder: Path) -> None:
    """An authority of our own, and a certificate for localhost that it has signed."""
    key = ("-newkey", "rsa:2048", "-nodes", "-days", "2")
    authority = (str(folder / "ca.key"), str(folder / "ca.crt"))
    own = ("-subj", "/CN=test authority", "-addext", "keyUsage=critical,keyCertSign,cRLSign")  # as Python checks it
    run("openssl", "req", "-x509", *key, *own, "-keyout", authority[0], "-out", authority[1])
    request, name = str(folder / "server.csr"), folder / "name.cnf"
    name.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\nauthorityKeyIdentifier=keyid\n", encoding="utf-8")
    run("openssl", "req", *key[:3], "-subj", "/CN=localhost", "-keyout", str(folder / "server.key"), "-out", request)
    signing = ("-CA", authority[1], "-CAkey", authority[0], "-CAcreateserial", "-days", "2", "-extfile", str(name))
    run("openssl", "x509", "-req", "-in", request, *signing, "-out", str(folder / "server.crt"))


def run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
