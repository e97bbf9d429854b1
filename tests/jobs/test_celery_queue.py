"""What is special about workers of their own; what both queues promise is in test_queues."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from fer_web.core import JobState
from fer_web.core.job import SILENCE_S as PATIENT_SILENCE_S
from fer_web.core.job import TIME_LIMIT_S
from fer_web.errors import BusyError, SettingsError
from fer_web.jobs.celery_queue import HARD_LIMIT_S, QUEUE, SOFT_LIMIT_S, VISIBILITY_S, CeleryQueue, make_celery
from fer_web.store import Store
from tests.jobs.conftest import LOOK_S, PATIENCE_S, Bench
from tests.jobs.fakes import HELD_AT, SILENCE_S, film
from tests.redis_server import RedisServer
from tests.web.live_server import eventually, free_port


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(f"sqlite:///{tmp_path / 'test.sqlite'}") as opened:
        yield opened


def test_each_limit_leaves_time_for_the_one_before() -> None:
    assert PATIENT_SILENCE_S < TIME_LIMIT_S < SOFT_LIMIT_S < HARD_LIMIT_S < VISIBILITY_S


def test_only_a_worker_that_is_free_takes_a_message_and_no_answer_of_redis_is_waited_for() -> None:
    settings = make_celery("redis://localhost:1/0").conf

    assert settings.worker_disable_prefetch
    assert (settings.task_acks_late, settings.worker_prefetch_multiplier) == (False, 0)
    assert settings.broker_connection_max_retries is None
    assert settings.broker_transport_options["visibility_timeout"] == VISIBILITY_S


def test_a_redis_that_is_away_is_told_at_once(store: Store) -> None:
    queue = CeleryQueue(store, f"redis://:password@127.0.0.1:{free_port()}/0")

    with pytest.raises(BusyError, match="does not answer") as refusal:
        queue.submit("job")

    assert "password" not in str(refusal.value)
    queue.close()


@pytest.fixture
def served(own_redis: RedisServer, tmp_path: Path) -> Iterator[Bench]:
    """A service whose data folder is empty when it starts; nobody works yet."""
    bench = Bench(tmp_path / "data", f"{own_redis.url}/0")
    yield bench
    bench.end()


def test_a_worker_goes_on_after_redis_was_away_while_a_video_ended(served: Bench, own_redis: RedisServer) -> None:
    served.start_worker()
    ended = served.add(film("hold"))
    served.wait_for_readings(ended, HELD_AT)
    own_redis.stop()
    served.videos.cancel(ended)
    assert eventually(lambda: served.files() == [])  # the worker has noticed
    time.sleep(1.0)  # and has nothing more to say of it
    own_redis.start()

    assert served.wait_for(served.add(film()), JobState.DONE).attempts == 1


def test_a_worker_goes_on_after_redis_was_away_while_a_video_was_analyzed(
    served: Bench, own_redis: RedisServer
) -> None:
    served.start_worker()
    begun, waiting = served.add(film("hold")), served.add(film())
    served.wait_for_readings(begun, HELD_AT)
    own_redis.stop()
    time.sleep(2.0)
    own_redis.start()
    later = served.add(film())
    served.videos.cancel(begun)

    for job_id in (waiting, later):
        assert served.wait_for(job_id, JobState.DONE).attempts == 1


def test_a_worker_that_starts_while_redis_is_away_works_when_it_is_back(served: Bench, own_redis: RedisServer) -> None:
    job_id = served.add(film())
    own_redis.stop()
    served.start_worker()
    log = served.folder / "worker.log"
    assert eventually(lambda: "Cannot connect" in log.read_text(), PATIENCE_S)
    own_redis.start()

    served.wait_for(job_id, JobState.DONE)


def test_a_worker_can_be_stopped_while_redis_is_away_and_leaves_its_video_to_the_next(
    served: Bench, own_redis: RedisServer
) -> None:
    served.start_worker()
    job_id = served.add(film("hold", "once"))
    served.wait_for_readings(job_id, HELD_AT)
    own_redis.stop()
    (worker,) = served.workers
    worker.terminate()
    worker.wait(PATIENCE_S)
    assert served.wait_for(job_id, JobState.QUEUED).attempts == 0
    own_redis.start()
    served.workers = []
    served.start_worker()

    assert served.wait_for(job_id, JobState.DONE).attempts == 1


def test_what_an_emptied_redis_and_a_killed_worker_have_left_is_analyzed(served: Bench, own_redis: RedisServer) -> None:
    served.start_worker()
    begun, waiting = served.add(film("hold", "once")), served.add(film())
    served.wait_for_readings(begun, HELD_AT)
    with Redis.from_url(own_redis.url) as redis:
        redis.flushall()

    served.kill_worker()

    assert served.wait_for(begun, JobState.DONE).attempts == 2
    assert served.wait_for(waiting, JobState.DONE).attempts == 1


def test_a_video_that_nobody_takes_has_one_message_however_long_it_waits(served: Bench, own_redis: RedisServer) -> None:
    job_id = served.add(film())
    with Redis.from_url(own_redis.url) as redis:
        for _ in range(2):
            assert eventually(lambda: redis.llen(QUEUE) >= 1)
            redis.flushdb()
        assert eventually(lambda: redis.llen(QUEUE) >= 1)
        assert served.store.jobs.claim("a worker", job_id=job_id) is not None
        time.sleep(SILENCE_S + 10 * LOOK_S)  # it has died, and the thread has looked some times
        assert redis.llen(QUEUE) == 1


def test_a_worker_without_a_redis_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from fer_web import worker

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FER_REDIS_URL", raising=False)

    with pytest.raises(SettingsError, match="FER_REDIS_URL is not set"):
        worker.make_worker()
    monkeypatch.setenv("FER_REDIS_URL", "redis://localhost:1/0")
    assert "fer_web.analyze_video" in worker.app.tasks
