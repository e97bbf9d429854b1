"""Databases for the tests: SQLite files, and a PostgreSQL server of their own."""

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

from fer_web.store import Store
from fer_web.store.address import parse_address, sqlite_address
from tests.store.samples import Clock
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


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database without tables, once of each kind."""
    if request.param == "sqlite":
        return sqlite_address(tmp_path / "data")
    make: Callable[[], str] = request.getfixturevalue("postgresql")
    return make()


@pytest.fixture(scope="session")
def server_address(postgresql: Callable[[], str]) -> str:
    """Of a database on the server that tests use one after another: making one takes long."""
    address = postgresql()
    Store.open(address).close()
    return address


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database without rows, once of each kind."""
    if request.param == "sqlite":
        return sqlite_address(tmp_path / "data")
    address: str = request.getfixturevalue("server_address")
    engine = create_engine(parse_address(address))
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE sessions, readings, people, markers, jobs RESTART IDENTITY"))
    engine.dispose()
    return address


@pytest.fixture
def clock() -> Clock:
    """The store's time, turned forward by hand."""
    return Clock()


@pytest.fixture
def store(address: str, clock: Clock) -> Iterator[Store]:
    """An empty one, in each kind of database."""
    with Store.open(address, clock=clock) as opened:
        yield opened
