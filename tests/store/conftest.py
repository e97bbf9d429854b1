"""Databases for the tests: SQLite files, and databases of a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from fer_web.store import Store
from fer_web.store.address import parse_address, sqlite_address
from tests.store.samples import Clock


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
        connection.execute(
            text("TRUNCATE recordings, readings, tracks, markers, jobs, studies RESTART IDENTITY CASCADE")
        )
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
