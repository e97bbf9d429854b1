"""Brings a database's tables up to date, however many processes start at once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from threading import Lock
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, text

from fer_web.errors import StoreError
from fer_web.resources import MIGRATIONS

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic keeps what it is doing in module variables.
_one_at_a_time = Lock()
# Any number that no other program is likely to use for PostgreSQL's advisory locks.
ADVISORY_LOCK = 0x46455257  # "FERW"


def migrate(engine: Engine, connected: Callable[[Engine, str], AbstractContextManager[Connection]]) -> None:
    """Apply the migrations that are missing, in one transaction; StoreError when the database is newer than we are."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    with _one_at_a_time:
        with connected(engine, "BEGIN") as connection:
            if _is_current(connection):
                return
        with connected(engine, "BEGIN IMMEDIATE") as connection, connection.begin():
            _upgrade(connection)


def check(engine: Engine) -> None:
    """StoreError when the tables are not those of this version."""
    with engine.connect() as connection:
        if not _is_current(connection):
            raise StoreError(
                "the database is from an older version of FER Web and must be updated, but it cannot be written: "
                "give this user write access to it and its folder"
            )


def _upgrade(connection: Connection) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":  # SQLite's transaction already keeps the others waiting
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    config = configuration()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _is_current(connection: Connection) -> bool:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    script = ScriptDirectory.from_config(configuration())
    heads = MigrationContext.configure(connection).get_current_heads()
    known = {revision.revision for revision in script.walk_revisions()}
    if set(heads) - known:
        raise StoreError(
            f"the database is from a newer version of FER Web (its tables are at {', '.join(heads)}): "
            "use that version, or another database"
        )
    return set(heads) == set(script.get_heads())


def configuration() -> Config:
    """Alembic's, without a file: where the migrations are."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
