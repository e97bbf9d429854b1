"""An application that keeps recordings, in a folder of a test's own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask.testing import FlaskClient

from fer_web.store import Store
from tests.web.api.test_visits import app_of


@contextmanager
def keeping(folder: Path, **settings: str) -> Iterator[FlaskClient]:
    """A client of an application with its data in `folder`, which is closed afterwards."""
    app = app_of(data_dir=folder, **settings)
    try:
        yield app.test_client()
    finally:
        app.extensions["fer_web"].close()


def store_of(client: FlaskClient) -> Store:
    """The store of a client's application."""
    store: Store = client.application.extensions["fer_web"].store
    return store
