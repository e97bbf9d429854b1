"""What tests of several processes share: a Redis that was emptied, and shorter waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from fer_web.fleet import leases, shared_camera, sharing, wanted


@pytest.fixture
def redis(redis_url: str) -> Iterator[Redis]:
    """The Redis of this run, empty."""
    with Redis.from_url(redis_url) as client:
        client.flushall()
        yield client


@pytest.fixture
def quick_leases(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases of dead processes expire soon."""
    monkeypatch.setattr(leases, "LASTS_S", 1.5)
    monkeypatch.setattr(leases, "RENEW_S", 0.1)
    monkeypatch.setattr(leases, "FREE_S", 0.3)


@pytest.fixture
def quick(quick_leases: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that is said again and again is said sooner, and who is silent is missed sooner."""
    monkeypatch.setattr(shared_camera, "ASK_S", 0.1)
    monkeypatch.setattr(shared_camera, "SILENCE_S", 1.0)
    monkeypatch.setattr(shared_camera, "AGAIN_S", 0.1)
    monkeypatch.setattr(sharing, "AGAIN_S", 0.1)
    monkeypatch.setattr(sharing, "LOOK_S", 0.1)
    monkeypatch.setattr(sharing, "KEPT_S", 1)
    monkeypatch.setattr(wanted, "HOLDS_S", 1.0)
