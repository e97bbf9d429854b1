"""The server's messages look like the program's own."""

from __future__ import annotations

import json
import logging
import re

import pytest
from gunicorn.config import Config

from fer_web.web.streaming.server_log import ServerLog


@pytest.mark.parametrize(
    ("level", "told"), [("info", ["Listening", "slow"]), ("debug", ["Starting", "Listening", "slow"])]
)
def test_only_what_people_need_is_a_line(level: str, told: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    cfg = Config()
    cfg.set("loglevel", level)
    log = ServerLog(cfg)

    log.info("Starting gunicorn %s", "1")
    log.info("Listening at: %s", "here")
    log.warning("slow")

    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if not re.match(r"\d\d:\d\d:\d\d [A-Z]+ ", line)] == []
    assert [line.split()[2] for line in lines] == told
    logging.getLogger("gunicorn.error").handlers.clear()


def test_with_json_each_message_is_an_object(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerLog, "form", "json")
    log = ServerLog(Config())

    log.warning("slow %s", "client")

    told = json.loads(capsys.readouterr().err)
    assert (told["level"], told["logger"], told["message"]) == ("warning", "gunicorn.error", "slow client")
    logging.getLogger("gunicorn.error").handlers.clear()
