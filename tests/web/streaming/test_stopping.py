from __future__ import annotations

import http.client
import signal
import sys

import pytest

from fer_web.resources import PACKAGE
from tests.web.live_server import eventually, serving

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


def test_threads_that_only_wait_for_work_do_not_hold_up_the_end() -> None:
    portrait = (PACKAGE / "sources" / "portrait.png").read_bytes()
    with serving("app:app", FER_SOURCE="demo:") as server:
        assert eventually(lambda: server.status("/health/ready") == 200, 60)
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        connection.request("POST", "/predict", portrait, {"Content-Type": "image/png"})
        assert connection.getresponse().status == 200
        connection.close()
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(20) == 0
        assert "left behind" not in server.log.read_text()
