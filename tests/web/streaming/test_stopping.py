from __future__ import annotations

import signal
import sys

import pytest

from tests.web.live_server import serving

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork"),
]


def test_a_thread_that_is_in_native_code_does_not_abort_the_service_that_ends() -> None:
    with serving("tests.web.stubborn_app:app") as server:
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        log = server.log.read_text()
    assert "stubborn" in log  # told by name
    assert not [word for word in ("SIGABRT", "SIGKILL", "terminate called", "Traceback") if word in log]
