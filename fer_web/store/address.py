"""Addresses of databases: what may be written in FER_DATABASE_URL, and how they are shown to people."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from fer_web.errors import StoreError
from fer_web.sources.credentials import with_encoded_credentials

FILE = "fer_web.sqlite"
SQLITE = "sqlite:///"
DRIVERS = {"postgresql": "postgresql+psycopg", "postgres": "postgresql+psycopg"}
# Neither may a wrong password make the service wait for minutes, nor a host that swallows what is sent to it.
CONNECT_TIMEOUT_S = 5
SILENCE_MS = 10_000
# Options of an engine that keeps no connection between two transactions.
UNPOOLED = {"poolclass": NullPool}


def sqlite_address(folder: Path) -> str:
    """Of the database in `folder`."""
    return f"{SQLITE}{folder.absolute() / FILE}"


def parse_address(text: str) -> URL:
    """The address with the driver that is used here; StoreError, without the address, when it makes no sense."""
    if text.startswith(SQLITE):
        return _file(text.removeprefix(SQLITE))
    try:
        url = make_url(with_encoded_credentials(text))
    except (ArgumentError, ValueError):  # whose messages hold the password
        raise StoreError(
            "invalid database address: write it like postgresql://user:password@host/name, "
            "with special characters in the password as %XX"
        ) from None
    driver = DRIVERS.get(url.get_backend_name())
    if driver is None:
        raise StoreError(f"{url.get_backend_name()} databases are not supported: use sqlite:///PATH or postgresql://…")
    return url.set(drivername=driver)


def _file(path: str) -> URL:
    """Everything after the slashes is the path, whatever is in it."""
    if path in ("", ":memory:"):
        raise StoreError("an SQLite address needs a file, for example sqlite:////var/lib/fer/fer.sqlite")
    return URL.create("sqlite", database=str(Path(path).absolute()))


def shown(url: URL) -> str:
    """For people: the file, or the server without user and password."""
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    host = url.host or url.query.get("host") or "this machine"
    port = f":{url.port}" if url.port else ""
    return f"{host}{port}, database {url.database or url.query.get('dbname') or '(default)'}"


def connect_arguments(url: URL) -> dict[str, object]:
    """How long a connection may take to come about, and how long it may be silent."""
    if url.get_backend_name() == "sqlite":
        return {}
    limits: dict[str, object] = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": SILENCE_MS,
        "application_name": "fer-web",
    }
    return {name: value for name, value in limits.items() if name not in url.query}
