"""A PostgreSQL server for the tests, with an account and a folder of its own."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.web.live_server import free_port

PASSWORD = "s3cret-of-the-tests"
ACCOUNT = "postgres"  # root may not run the server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Callable[[], str]]:
    """Makes a new empty database and answers its address; the server ends with the tests."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    found = installed[-1] if installed else shutil.which("postgres")
    if found is None:
        pytest.skip("PostgreSQL is not installed")
    if os.getuid() == 0 and subprocess.run(["id", ACCOUNT], capture_output=True, check=False).returncode:
        pytest.skip(f"PostgreSQL does not run as root, and there is no account {ACCOUNT}")
    folder = Path(tempfile.mkdtemp(prefix="fer-postgres-"))
    try:
        with _running(Path(found).parent, folder) as port:
            yield _maker(f"127.0.0.1:{port}")
    finally:
        shutil.rmtree(folder)


@contextmanager
def _running(programs: Path, folder: Path) -> Iterator[int]:
    """A server whose data lies in `folder`; its port."""
    as_account = ["runuser", "-u", ACCOUNT, "--"] if os.getuid() == 0 else []
    data, secret, port = folder / "data", folder / "password", free_port()
    secret.write_text(PASSWORD)
    if as_account:
        shutil.chown(folder, ACCOUNT)
        shutil.chown(secret, ACCOUNT)

    def call(program: str, *options: str) -> None:
        command = [*as_account, str(programs / program), "-D", str(data), *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    call("initdb", "-U", "fer", "-A", "scram-sha-256", f"--pwfile={secret}", "-N", "-E", "UTF8")
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    call("pg_ctl", "-w", "-o", options, "-l", str(folder / "log"), "start")
    try:
        yield port
    finally:
        call("pg_ctl", "-w", "-m", "immediate", "stop")


def _maker(server: str) -> Callable[[], str]:
    numbers = itertools.count()

    def make() -> str:
        name = f"fer_{next(numbers)}"
        engine = create_engine(f"postgresql+psycopg://fer:{PASSWORD}@{server}/postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        engine.dispose()
        return f"postgresql://fer:{PASSWORD}@{server}/{name}"

    return make
