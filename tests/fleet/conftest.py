"""What tests of several processes share: a Redis that was emptied, and shorter waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from fer_web.fleet import leases


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
