"""What is special about the worker beside the service; what both queues promise is in test_queues."""

from __future__ import annotations

import multiprocessing
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone
from functools import partial
from pathlib import Path

import pytest

from fer_web.core import Job, JobState
from fer_web.core.job import ATTEMPTS
from fer_web.jobs import supervisor
from fer_web.jobs.supervised_queue import SupervisedQueue
from fer_web.store import Store
from tests.disks import read_only
from tests.jobs.conftest import LOOK_S, PATIENCE_S, Bench
from tests.jobs.fakes import HELD_AT, PICTURES, attempt, end_at_once, film, reading
from tests.web.live_server import ROOT, eventually

KILLS = 20
WHOLE = [reading(picture) for picture in range(PICTURES)]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path / "data")
    yield made
    made.end()


def test_where_nothing_can_be_written_no_worker_is_started_until_something_can(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "data"
    (folder / "uploads").mkdir(parents=True)
    (folder / "uploads" / "film").write_bytes(film())
    database = f"sqlite:///{folder / 'test.sqlite'}"
    with Store.open(database) as store:
        store.jobs.save(Job("film", "video", "film.mp4", datetime.now(timezone.utc), path="uploads/film"))
    store = Store.lazy(database)
    queue = SupervisedQueue(store, partial(attempt, database, str(folder)), look_s=LOOK_S)
    try:
        with read_only(folder):
            queue.start()
            assert eventually(lambda: caplog.text.count("Videos wait") > 1, PATIENCE_S)
            assert not multiprocessing.active_children()
        assert "cannot be written" in caplog.text
        assert eventually(lambda: store.jobs.get("film").state is JobState.DONE, PATIENCE_S)
    finally:
        queue.close()
        store.close()


@pytest.fixture
def _quick_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes that have imported everything already, where there are such: else each start takes seconds."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(["tests.jobs.fakes"])
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setattr(supervisor, "SPAWN", context)


@pytest.mark.usefixtures("_quick_starts")
def test_readings_are_the_same_however_often_the_worker_is_killed(service: Bench) -> None:
    """At any moment: while it starts, reads, stores readings, draws, or says that it is done."""
    chance = random.Random(7)
    kills = 0
    while kills < KILLS:
        job_id = service.add(film("slowly"), annotate=True)
        for attempt_number in range(1, ATTEMPTS):
            service.wait_for_attempt(job_id, attempt_number)
            time.sleep(chance.uniform(0.0, 0.4))
            kills += service.kill_worker()

        job = service.wait_for(job_id, JobState.DONE, JobState.FAILED)

        assert job.state is JobState.DONE, job.error
        assert list(service.store.recordings.readings(str(job.recording_id))) == WHOLE
        assert eventually(lambda: service.files() == [f"{job.recording_id}.mp4"])  # noqa: B023
        service.store.recordings.delete(str(job.recording_id))
        assert service.store.recordings.count() == 0


def test_a_worker_that_died_at_rest_costs_the_next_video_no_attempt(service: Bench) -> None:
    service.wait_for(service.add(film()), JobState.DONE)
    assert service.kill_worker() == 1

    assert service.wait_for(service.add(film()), JobState.DONE).attempts == 1


def test_a_worker_that_cannot_even_start_is_given_up(tmp_path: Path) -> None:
    with Store.open(f"sqlite:///{tmp_path / 'test.sqlite'}") as store:
        store.jobs.save(Job("film", "video", "film.mp4", datetime.now(timezone.utc), path="uploads/film"))
        queue = SupervisedQueue(store, end_at_once)
        queue.start()

        assert eventually(lambda: store.jobs.get("film").state is JobState.FAILED, PATIENCE_S)
        assert "given up after 3 attempts" in str(store.jobs.get("film").error)
        queue.close()


def test_nobody_learns_of_the_database_from_the_list_of_processes(service: Bench) -> None:
    service.wait_for_readings(service.add(film("hold")), HELD_AT)

    (worker,) = multiprocessing.active_children()
    shown = subprocess.run(["ps", "-o", "args=", "-p", str(worker.pid)], capture_output=True, text=True, check=True)

    assert "spawn" in shown.stdout
    assert service.database not in shown.stdout


def test_a_worker_without_anything_to_do_is_let_go(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    database = f"sqlite:///{folder / 'test.sqlite'}"
    (folder / "uploads").mkdir(parents=True)
    (folder / "uploads" / "film").write_bytes(film())
    with Store.open(database) as store:
        queue = SupervisedQueue(store, partial(attempt, database, str(folder)), idle_s=0.0, look_s=LOOK_S)
        store.jobs.save(Job("film", "video", "film.mp4", datetime.now(timezone.utc), path="uploads/film"))
        queue.start()
        assert eventually(lambda: store.jobs.get("film").state is JobState.DONE, PATIENCE_S)

        assert eventually(lambda: not multiprocessing.active_children(), PATIENCE_S)
        queue.close()


SERVICE = """
import sys, time
from pathlib import Path
from tests.jobs.conftest import Bench
from tests.jobs.fakes import film
if __name__ == "__main__":
    Bench(Path(sys.argv[1])).add(film("hold"))
    time.sleep(600)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no ps")
def test_no_worker_outlives_a_service_that_was_killed(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    program = tmp_path / "service.py"
    program.write_text(SERVICE)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    store = Store.lazy(f"sqlite:///{folder / 'test.sqlite'}")
    command = [sys.executable, str(program), str(folder)]
    with subprocess.Popen(command, env=environment) as process, store:
        assert eventually(lambda: store.jobs.count([JobState.RUNNING]) == 1, PATIENCE_S)
        children = _children(process.pid)
        assert children
        process.kill()
        process.wait()
        assert eventually(lambda: not any(map(_lives, children)), PATIENCE_S)


def _children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True)
    return [int(line) for line in found.stdout.split()]


def _lives(pid: int) -> bool:
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip()) and not found.stdout.startswith("Z")
