from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import request

import fer_web.errors
from fer_web.errors import (
    BusyError,
    FerError,
    ImageError,
    ModelError,
    NotReadyError,
    RequestError,
    SourceError,
    SourceLost,
    StoreError,
    StoreFull,
    StoreReadOnly,
)
from fer_web.web.http.errors import STATUSES, code_of
from tests.web.client import make_app

PACKAGE = Path(fer_web.errors.__file__).parent


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ImageError("empty", "…"), "empty"),
        (RequestError("bad_json", "…"), "bad_json"),
        (ImageError("never heard of it", "…"), "internal_error"),
        (BusyError("…"), "busy"),
        (NotReadyError("…"), "not_ready"),
        (SourceLost("…"), "no_source"),
        (SourceError("…"), "no_source"),
        (ModelError("…"), "model_error"),
        (StoreError("…"), "storage_unavailable"),
        (StoreFull("…"), "storage_full"),
        (FerError("…"), "internal_error"),
    ],
)
def test_every_failure_of_ours_has_a_code(error: FerError, code: str) -> None:
    assert code_of(error) == code


BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/nowhere", 404, ["Not found", "There is nothing at /nowhere.", "Live page"]),
        ("/recordings/deleted", 404, ["Not found", "it may have been deleted", "All recordings"]),
        ("/predict", 405, ["Not for browsers", "GET is not allowed"]),
        ("/?camera=none", 404, ["Not found", "none"]),
    ],
)
def test_who_opens_an_address_in_a_browser_gets_a_page(path: str, status: int, words: list[str]) -> None:
    client = make_app().test_client()

    answer = client.get(path, headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert [word for word in words if word not in answer.text] == []
    assert "Accept" in answer.vary
    assert client.get(path).get_json()["error"]["code"]


def test_programs_get_json_also_those_that_post_or_ask_the_api() -> None:
    client = make_app().test_client()

    assert client.get("/api/recordings/none", headers=BROWSER).is_json
    assert client.post("/nowhere", headers=BROWSER).is_json
    assert client.get("/nowhere", headers={"Accept": "*/*"}).is_json


def test_a_read_only_disk_is_not_said_to_be_full() -> None:
    app = make_app()

    @app.before_request
    def broken() -> None:
        raise StoreReadOnly("the database is read-only")

    answer = app.test_client().get("/", headers=BROWSER)

    assert answer.status_code == 507
    assert "The database is read-only." in answer.text
    assert "full" not in answer.text


def test_a_bug_is_a_page_too() -> None:
    app = make_app()

    @app.before_request
    def broken() -> None:
        raise RuntimeError("a bug")

    answer = app.test_client().get("/", headers=BROWSER)

    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "Something went wrong" in answer.text
    assert "a bug" not in answer.text


def test_no_path_forges_a_line_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    app = make_app()

    @app.before_request
    def broken() -> None:
        raise StoreError(f"{request.path} cannot be kept") if "kept" in request.path else RuntimeError("a bug")

    for path in ("/kept%0d%0a12:00:00%20ERROR%20forged", "/x%0d%0aforged%1b[2J", "/x%E2%80%A8forged"):
        assert app.test_client().get(path).status_code in (500, 503)

    messages = [record.getMessage() for record in caplog.records if record.name == "fer_web.web.http.errors"]
    assert len(messages) == 3
    assert all("forged" in message and message.isprintable() for message in messages)


def test_every_code_in_the_program_has_a_status() -> None:
    text = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    used = set(re.findall(r'(?:ImageError|RequestError|error_answer|unauthorized)\(\s*"(\w+)"', text))

    kinds = [kind for kind in vars(fer_web.errors).values() if isinstance(kind, type) and issubclass(kind, FerError)]
    used |= {kind.code for kind in kinds} - {"internal_error"}

    assert len(used) > 15
    # The first two come from werkzeug's table; the last is of files that a Python program names, never of a request.
    assert used - set(STATUSES) <= {"not_found", "method_not_allowed", "unreadable"}
