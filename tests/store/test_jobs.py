from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from fer_web.core import JobState
from fer_web.core.job import SILENCE_S
from fer_web.errors import RequestError
from fer_web.store import Store
from fer_web.store.jobs import KeptJobs
from tests.store.samples import NOON, Clock, job


def test_a_job_comes_back_as_it_was(store: Store) -> None:
    given = job(
        "a",
        path="uploads/a",
        options={"copy": True, "fps": 12.5, "language": "ä", "limit": None},
        message="waiting",
        recording_id="s",
    )

    store.jobs.save(given)

    assert store.jobs.get("a") == given
    assert store.jobs.list(limit=5) == [given]


def test_the_oldest_is_claimed_first_and_once(store: Store, clock: Clock) -> None:
    for name in "abc":
        store.jobs.save(job(name))
    clock.forward(seconds=5)

    claimed = [store.jobs.claim(worker) for worker in ("one", "two", "three", "four")]

    assert [one and (one.id, one.worker, one.state, one.attempts) for one in claimed] == [
        ("a", "one", JobState.RUNNING, 1),
        ("b", "two", JobState.RUNNING, 1),
        ("c", "three", JobState.RUNNING, 1),
        None,
    ]
    assert claimed[0] == store.jobs.get("a")
    assert claimed[0].started_at == claimed[0].heartbeat_at == clock.now


def test_one_job_can_be_asked_for(store: Store) -> None:
    for name in "ab":
        store.jobs.save(job(name))

    claimed = store.jobs.claim("one", job_id="b")

    assert claimed is not None
    assert claimed.id == "b"
    assert store.jobs.claim("two", job_id="b") is None
    assert store.jobs.claim("two", job_id="none") is None


def test_workers_that_ask_at_once_never_get_the_same(store: Store) -> None:
    for number in range(12):
        store.jobs.save(job(str(number)))

    def work(worker: str) -> list[str]:
        mine = iter(lambda: store.jobs.claim(worker), None)
        return [claimed.id for claimed in mine]

    with ThreadPoolExecutor(4) as pool:
        taken = [name for names in pool.map(work, "abcd") for name in names]

    assert sorted(taken, key=int) == [str(number) for number in range(12)]


def test_a_job_whose_worker_died_is_taken_up_again(store: Store, clock: Clock) -> None:
    store.jobs.save(job("a"))
    store.jobs.claim("dead")
    clock.forward(seconds=20)
    assert store.jobs.update("a", "dead", progress=0.5, remaining_s=3.0, message="half")
    clock.forward(seconds=SILENCE_S)
    assert store.jobs.claim("two") is None

    clock.forward(seconds=1)
    again = store.jobs.claim("two")

    assert again is not None
    assert (again.worker, again.attempts, again.progress, again.remaining_s) == ("two", 2, 0.0, None)
    assert not store.jobs.update("a", "dead", progress=0.6)
    assert not store.jobs.end("a", "dead", JobState.DONE)
    assert store.jobs.get("a") == again


def test_a_job_that_ends_its_workers_is_given_up(store: Store, clock: Clock) -> None:
    store.jobs.save(job("a"))
    store.jobs.save(job("b"))
    for attempt in range(2):
        assert store.jobs.claim(f"worker {attempt}", job_id="a", most_attempts=2) is not None
        clock.forward(seconds=61)

    claimed = store.jobs.claim("last", most_attempts=2)

    assert claimed is not None
    assert claimed.id == "b"
    failed = store.jobs.get("a")
    assert (failed.state, failed.finished_at) == (JobState.FAILED, clock.now)
    assert failed.error is not None
    assert "damaged" in failed.error


def test_progress_is_kept_until_it_is_told_anew(store: Store, clock: Clock) -> None:
    store.jobs.save(job("a"))
    store.jobs.claim("one")

    assert store.jobs.update("a", "one", progress=0.25, remaining_s=9.0, message="reading", recording_id="s")
    clock.forward(seconds=1)
    assert store.jobs.update("a", "one")

    told = store.jobs.get("a")
    assert (told.progress, told.remaining_s, told.message, told.recording_id) == (0.25, None, "reading", "s")
    assert told.heartbeat_at == clock.now


@pytest.mark.parametrize(
    ("state", "progress", "error"), [(JobState.DONE, 1.0, None), (JobState.FAILED, 0.5, "no video in it")]
)
def test_a_job_ends_once(store: Store, state: JobState, progress: float, error: str | None) -> None:
    store.jobs.save(job("a"))
    store.jobs.claim("one")
    store.jobs.update("a", "one", progress=0.5, remaining_s=9.0)

    assert store.jobs.end("a", "one", state, error=error, message="over")
    assert not store.jobs.end("a", "one", JobState.CANCELED)

    ended = store.jobs.get("a")
    assert (ended.state, ended.progress, ended.error, ended.message) == (state, progress, error, "over")
    assert (ended.finished_at, ended.remaining_s) == (NOON, None)
    assert store.jobs.claim("two") is None


def test_no_job_ends_by_running(store: Store) -> None:
    with pytest.raises(ValueError, match="running"):
        store.jobs.end("a", "one", JobState.RUNNING)


def test_a_worker_that_is_stopped_puts_its_job_back(store: Store) -> None:
    store.jobs.save(job("a"))
    store.jobs.claim("one")
    store.jobs.update("a", "one", progress=0.5, message="half")

    assert store.jobs.release("a", "one")
    assert not store.jobs.release("a", "one")

    assert store.jobs.get("a") == job("a")


def test_an_attempt_that_failed_counts_when_its_job_is_put_back(store: Store) -> None:
    store.jobs.save(job("a"))
    for _ in range(3):
        assert store.jobs.claim("one", most_attempts=3)
        assert store.jobs.release("a", "one", counts=True)

    assert store.jobs.get("a").attempts == 3


def test_a_job_that_waits_is_canceled_and_never_claimed(store: Store) -> None:
    store.jobs.save(job("a"))

    canceled = store.jobs.cancel("a")

    assert (canceled.state, canceled.finished_at) == (JobState.CANCELED, NOON)
    assert store.jobs.claim("one") is None


def test_a_worker_learns_that_its_job_was_canceled(store: Store) -> None:
    store.jobs.save(job("a"))
    store.jobs.claim("one")

    store.jobs.cancel("a")

    assert not store.jobs.update("a", "one", progress=0.5)
    assert not store.jobs.end("a", "one", JobState.DONE)
    assert store.jobs.get("a").state is JobState.CANCELED


def test_what_is_over_cannot_be_canceled(store: Store) -> None:
    store.jobs.save(job("a"))
    store.jobs.claim("one")
    store.jobs.end("a", "one", JobState.DONE)
    done = store.jobs.get("a")

    assert store.jobs.cancel("a") == done


def test_only_what_is_over_is_deleted(store: Store) -> None:
    store.jobs.save(job("a"))
    with pytest.raises(RequestError, match="cancel it first") as refusal:
        store.jobs.delete("a")
    assert refusal.value.code == "job_not_over"

    store.jobs.cancel("a")
    store.jobs.delete("a")

    assert store.jobs.count() == 0


def test_a_file_that_is_gone_is_noted(store: Store) -> None:
    store.jobs.save(job("a", path="uploads/a"))

    store.jobs.drop_path("a")

    assert store.jobs.get("a") == replace(job("a"), path=None)


def test_jobs_are_listed_the_newest_first_and_by_state_and_age(store: Store, clock: Clock) -> None:
    for name in "abcd":
        store.jobs.save(job(name))
    store.jobs.cancel("a")
    clock.forward(days=1)
    store.jobs.cancel("b")
    store.jobs.claim("one")

    def names(**options: object) -> str:
        return "".join(one.id for one in store.jobs.list(limit=9, **options))  # type: ignore[arg-type]

    assert names() == "dcba"
    assert names(offset=1) == "cba"
    assert names(states=[JobState.QUEUED, JobState.RUNNING]) == "dc"
    assert names(finished_before=clock.now - timedelta(hours=1)) == "a"
    assert (store.jobs.count(), store.jobs.count([JobState.CANCELED])) == (4, 2)
    assert [one.id for one in store.jobs.list(limit=2)] == ["d", "c"]


@pytest.mark.parametrize(
    "ask",
    [lambda jobs: jobs.get("x"), lambda jobs: jobs.cancel("x"), lambda jobs: jobs.delete("x")],
)
def test_a_job_that_does_not_exist_is_told(store: Store, ask: Callable[[KeptJobs], object]) -> None:
    with pytest.raises(RequestError) as refusal:
        ask(store.jobs)

    assert refusal.value.code == "no_job"
