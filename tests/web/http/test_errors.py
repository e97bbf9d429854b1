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
