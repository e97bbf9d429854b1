"""With FER_LOG=json everything that the program and its server write is JSON, from their start to their end."""

from __future__ import annotations

import json
import sys

import pytest

from tests.web.live_server import PATIENCE_S, parts, serving


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_every_line_of_a_whole_run_is_one_object() -> None:
    wrong = "a setting that does not exist"
    with serving("tests.web.camera_app:app", FER_LOG="json", FER_TOKNE=wrong) as server:
        with server.open("/stream") as answer:
            assert next(parts(answer))
        assert server.status("/nothing") == 404
        server.process.terminate()
        assert server.process.wait(PATIENCE_S) == 0
        told = [json.loads(line) for line in server.log.read_text().splitlines()]

    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, told))
    for words in ("FER_TOKNE is not a setting", "Listening at", "Source: connecting", "Worker exiting"):
        assert [one for one in told if words in one["message"]], words
