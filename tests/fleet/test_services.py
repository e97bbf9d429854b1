"""Two services and a Redis: one has a camera, the other one shows it, and the first is killed."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import pytest
from redis import Redis

from tests.web.live_server import Server, eventually, parts, serving

APP = "tests.web.camera_app:app"

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork"),
]


def test_viewers_of_a_replica_stay_while_the_process_with_the_camera_dies_and_another_takes_over(
    redis: Redis, redis_url: str
) -> None:
    owning = {"FER_REDIS_URL": redis_url, "FER_CAMERAS": "door=demo:", "FER_SHARE_CAMERAS": "yes"}
    showing = {"FER_REDIS_URL": redis_url, "FER_CAMERAS": "front=shared:door"}
    with serving(APP, **showing) as replica, replica.open("/cameras/front/stream") as stream:
        pictures = parts(stream)
        with serving(APP, **owning) as owner:
            assert eventually(lambda: sees(replica, "demo", pictures))
            assert owner.json("/state")["open"] == {"door": True}

            kill(owner)

            assert eventually(lambda: sees(replica, "reconnecting", pictures))
        assert camera_of(replica)["viewers"] == 1
        with serving(APP, **owning):
            assert eventually(lambda: sees(replica, "demo", pictures))
            assert all(next(pictures).startswith(b"\xff\xd8") for _ in range(20))


def camera_of(replica: Server) -> Any:
    [camera] = replica.json("/api/cameras")["cameras"]
    return camera


def sees(replica: Server, status: str, pictures: Any) -> bool:
    """Whether the camera does so; a viewer gets another picture in any case."""
    assert next(pictures).startswith(b"\xff\xd8")
    return bool(camera_of(replica)["status"] == status)


def kill(server: Server) -> None:
    """The master first, which would start another worker."""
    worker = server.json("/state")["process"]
    for process in (server.process.pid, worker):
        os.kill(process, signal.SIGKILL)
    server.process.wait()
