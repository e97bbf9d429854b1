from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from fer_web.core import JobState
from fer_web.errors import RequestError
from fer_web.store import Store
from tests.store.samples import NOON, Clock, job


def test_a_job_comes_back_as_it_was(store: Store) -> None:
    given = job(
        "a",
        path="uploads/a",
        options={"copy": True, "fps": 12.5, "language": "ä", "limit": None},
        message="waiting",
        session_id="s",
    )

    store.save_job(given)

    assert store.get_job("a") == given
    assert store.list_jobs(limit=5) == [given]


def test_the_oldest_is_claimed_first_and_once(store: Store, clock: Clock) -> None:
    for name in "abc":
        store.save_job(job(name))
    clock.forward(seconds=5)

    claimed = [store.claim_job(worker) for worker in ("one", "two", "three", "four")]

    assert [one and (one.id, one.worker, one.state, one.attempts) for one in claimed] == [
        ("a", "one", JobState.RUNNING, 1),
        ("b", "two", JobState.RUNNING, 1),
        ("c", "three", JobState.RUNNING, 1),
        None,
    ]
    assert claimed[0] == store.get_job("a")
    assert claimed[0].started_at == claimed[0].heartbeat_at == clock.now


def test_one_job_can_be_asked_for(store: Store) -> None:
    for name in "ab":
        store.save_job(job(name))

    claimed = store.claim_job("one", job_id="b")

    assert claimed is not None
    assert claimed.id == "b"
    assert store.claim_job("two", job_id="b") is None
    assert store.claim_job("two", job_id="none") is None


def test_workers_that_ask_at_once_never_get_the_same(store: Store) -> None:
    for number in range(12):
        store.save_job(job(str(number)))

    def work(worker: str) -> list[str]:
        mine = iter(lambda: store.claim_job(worker), None)
        return [claimed.id for claimed in mine]

    with ThreadPoolExecutor(4) as pool:
        taken = [name for names in pool.map(work, "abcd") for name in names]

    assert sorted(taken, key=int) == [str(number) for number in range(12)]


def test_a_job_whose_worker_died_is_taken_up_again(store: Store, clock: Clock) -> None:
    store.save_job(job("a"))
    store.claim_job("dead")
    clock.forward(seconds=40)
    assert store.update_job("a", "dead", progress=0.5, remaining_s=3.0, message="half")
    clock.forward(seconds=60)
    assert store.claim_job("two") is None

    clock.forward(seconds=1)
    again = store.claim_job("two")

    assert again is not None
    assert (again.worker, again.attempts, again.progress, again.remaining_s) == ("two", 2, 0.0, None)
    assert not store.update_job("a", "dead", progress=0.6)
    assert not store.end_job("a", "dead", JobState.DONE)
    assert store.get_job("a") == again


def test_a_job_that_ends_its_workers_is_given_up(store: Store, clock: Clock) -> None:
    store.save_job(job("a"))
    store.save_job(job("b"))
    for attempt in range(2):
        assert store.claim_job(f"worker {attempt}", job_id="a", most_attempts=2) is not None
        clock.forward(seconds=61)

    claimed = store.claim_job("last", most_attempts=2)

    assert claimed is not None
    assert claimed.id == "b"
    failed = store.get_job("a")
    assert (failed.state, failed.finished_at) == (JobState.FAILED, clock.now)
    assert failed.error is not None
    assert "damaged" in failed.error


def test_progress_is_kept_until_it_is_told_anew(store: Store, clock: Clock) -> None:
    store.save_job(job("a"))
    store.claim_job("one")

    assert store.update_job("a", "one", progress=0.25, remaining_s=9.0, message="reading", session_id="s")
    clock.forward(seconds=1)
    assert store.update_job("a", "one")

    told = store.get_job("a")
    assert (told.progress, told.remaining_s, told.message, told.session_id) == (0.25, None, "reading", "s")
    assert told.heartbeat_at == clock.now


@pytest.mark.parametrize(
    ("state", "progress", "error"), [(JobState.DONE, 1.0, None), (JobState.FAILED, 0.5, "no video in it")]
)
def test_a_job_ends_once(store: Store, state: JobState, progress: float, error: str | None) -> None:
    store.save_job(job("a"))
    store.claim_job("one")
    store.update_job("a", "one", progress=0.5, remaining_s=9.0)

    assert store.end_job("a", "one", state, error=error, message="over")
    assert not store.end_job("a", "one", JobState.CANCELED)

    ended = store.get_job("a")
    assert (ended.state, ended.progress, ended.error, ended.message) == (state, progress, error, "over")
    assert (ended.finished_at, ended.remaining_s) == (NOON, None)
    assert store.claim_job("two") is None


def test_no_job_ends_by_running(store: Store) -> None:
    with pytest.raises(ValueError, match="running"):
        store.end_job("a", "one", JobState.RUNNING)


def test_a_worker_that_is_stopped_puts_its_job_back(store: Store) -> None:
    store.save_job(job("a"))
    store.claim_job("one")
    store.update_job("a", "one", progress=0.5, message="half")

    assert store.release_job("a", "one")
    assert not store.release_job("a", "one")

    assert store.get_job("a") == job("a")


def test_an_attempt_that_failed_counts_when_its_job_is_put_back(store: Store) -> None:
    store.save_job(job("a"))
    for _ in range(3):
        assert store.claim_job("one", most_attempts=3)
        assert store.release_job("a", "one", counts=True)

    assert store.get_job("a").attempts == 3


def test_a_job_that_waits_is_canceled_and_never_claimed(store: Store) -> None:
    store.save_job(job("a"))

    canceled = store.cancel_job("a")

    assert (canceled.state, canceled.finished_at) == (JobState.CANCELED, NOON)
    assert store.claim_job("one") is None


def test_a_worker_learns_that_its_job_was_canceled(store: Store) -> None:
    store.save_job(job("a"))
    store.claim_job("one")

    store.cancel_job("a")

    assert not store.update_job("a", "one", progress=0.5)
    assert not store.end_job("a", "one", JobState.DONE)
    assert store.get_job("a").state is JobState.CANCELED


def test_what_is_over_cannot_be_canceled(store: Store) -> None:
    store.save_job(job("a"))
    store.claim_job("one")
    store.end_job("a", "one", JobState.DONE)
    done = store.get_job("a")

    assert store.cancel_job("a") == done


def test_only_what_is_over_is_deleted(store: Store) -> None:
    store.save_job(job("a"))
    with pytest.raises(RequestError, match="cancel it first") as refusal:
        store.delete_job("a")
    assert refusal.value.code == "job_not_over"

    store.cancel_job("a")
    store.delete_job("a")

    assert store.count_jobs() == 0


def test_a_file_that_is_gone_is_noted(store: Store) -> None:
    store.save_job(job("a", path="uploads/a"))

    store.drop_job_path("a")

    assert store.get_job("a") == replace(job("a"), path=None)


def test_jobs_are_listed_the_newest_first_and_by_state_and_age(store: Store, clock: Clock) -> None:
    for name in "abcd":
        store.save_job(job(name))
    store.cancel_job("a")
    clock.forward(days=1)
    store.cancel_job("b")
    store.claim_job("one")

    def names(**options: object) -> str:
        return "".join(one.id for one in store.list_jobs(limit=9, **options))  # type: ignore[arg-type]

    assert names() == "dcba"
    assert names(offset=1) == "cba"
    assert names(states=[JobState.QUEUED, JobState.RUNNING]) == "dc"
    assert names(finished_before=clock.now - timedelta(hours=1)) == "a"
    assert (store.count_jobs(), store.count_jobs([JobState.CANCELED])) == (4, 2)
    assert [one.id for one in store.list_jobs(limit=2)] == ["d", "c"]


@pytest.mark.parametrize(
    "ask", [lambda store: store.get_job("x"), lambda store: store.cancel_job("x"), lambda store: store.delete_job("x")]
)
def test_a_job_that_does_not_exist_is_told(store: Store, ask: Callable[[Store], object]) -> None:
    with pytest.raises(RequestError) as refusal:
        ask(store)

    assert refusal.value.code == "no_job"
