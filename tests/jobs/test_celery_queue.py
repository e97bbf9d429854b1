"""What is special about workers of their own; what both queues promise is in test_queues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from fer_web.core import JobState
from fer_web.errors import BusyError, SettingsError
from fer_web.jobs.celery_queue import HARD_LIMIT_S, QUEUE, SOFT_LIMIT_S, VISIBILITY_S, CeleryQueue, make_celery
from fer_web.jobs.queue import SILENCE_S, TIME_LIMIT_S
from fer_web.store import Store
from tests.jobs.conftest import Bench
from tests.jobs.fakes import film
from tests.web.live_server import eventually, free_port


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'test.sqlite'}") as opened:
        yield opened


def test_each_limit_leaves_time_for_the_one_before() -> None:
    assert SILENCE_S < TIME_LIMIT_S < SOFT_LIMIT_S < HARD_LIMIT_S < VISIBILITY_S


def test_a_message_is_acknowledged_late_and_taken_one_at_a_time() -> None:
    settings = make_celery("redis://localhost:1/0").conf

    assert settings.task_acks_late
    assert settings.task_reject_on_worker_lost
    assert settings.worker_prefetch_multiplier == 1
    assert settings.broker_transport_options["visibility_timeout"] == VISIBILITY_S


def test_a_redis_that_is_away_is_told_at_once(store: Store) -> None:
    queue = CeleryQueue(store, f"redis://:password@127.0.0.1:{free_port()}/0")

    with pytest.raises(BusyError, match="does not answer") as refusal:
        queue.submit("job")

    assert "password" not in str(refusal.value)
    queue.close()


def test_what_a_redis_has_forgotten_is_sent_again(redis_url: str, tmp_path: Path) -> None:
    url = f"{redis_url}/15"
    bench = Bench(tmp_path, url)  # nobody works yet
    try:
        job_id = bench.add(film())
        with Redis.from_url(url) as redis:
            assert redis.llen(QUEUE) >= 1
            redis.flushdb()
            assert eventually(lambda: redis.llen(QUEUE) >= 1)
        bench.start_worker()
        assert bench.wait_for(job_id, JobState.DONE).attempts == 1
    finally:
        bench.end()


def test_a_worker_without_a_redis_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from fer_web import worker

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FER_REDIS_URL", raising=False)

    with pytest.raises(SettingsError, match="FER_REDIS_URL is not set"):
        worker.make_worker()
    monkeypatch.setenv("FER_REDIS_URL", "redis://localhost:1/0")
    assert "fer_web.analyze_video" in worker.app.tasks
