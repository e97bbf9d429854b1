from __future__ import annotations

import pytest

from fer_web.cli import main


def test_a_worker_without_a_redis_says_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["worker"]) == 2
    assert "FER_REDIS_URL is not set" in capsys.readouterr().err


def test_an_address_of_something_else_is_refused_without_being_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FER_REDIS_URL", "http://:secret@localhost")

    assert main(["worker"]) == 2
    said = capsys.readouterr().err
    assert "redis://host:6379/0" in said
    assert "secret" not in said
