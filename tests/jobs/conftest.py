"""Queues of both kinds with real workers: a process of our own, or a Celery worker with a real Redis."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from fer_web.core import Job, JobState
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.celery_queue import CeleryQueue
from fer_web.jobs.queue import JobQueue
from fer_web.jobs.supervised_queue import SupervisedQueue
from fer_web.jobs.tidying import tidy
from fer_web.jobs.uploads import UploadFolder
from fer_web.jobs.videos import VideoJobs
from fer_web.store import Store
from tests.jobs.fakes import SILENCE_S, attempt
from tests.web.live_server import ROOT, eventually

PATIENCE_S = 60.0
LOOK_S = 0.2
MAX_BYTES = 10_000


# What `python -m fer_web worker` gives Celery.
OPTIONS = ("--loglevel=info", "--without-gossip", "--without-mingle")


class Bench:
    """A service's part of the jobs, without its pages: a store, the folders and a queue of one kind."""

    def __init__(self, folder: Path, redis_url: str | None = None) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.redis_url = redis_url
        self.database = f"sqlite:///{folder / 'test.sqlite'}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self.open()

    def open(self) -> None:
        """As when the service starts, or starts again."""
        self.store = Store.lazy(self.database)
        self.uploads = UploadFolder(self.folder / "uploads", MAX_BYTES, reserve_bytes=0)
        self.annotated = AnnotatedFolder(self.folder / "annotated")
        self.queue = self._queue()
        self.videos = VideoJobs(self.store, self.uploads, self.annotated, self.queue)
        self.videos.start()

    def close(self) -> None:
        """As when the service ends as it should."""
        self.videos.close()
        self.store.close()

    def add(self, content: bytes, name: str = "film.mp4", *, annotate: bool = False) -> str:
        with self.videos.receiving(len(content)) as incoming:
            incoming.write(content)
            return self.videos.add(incoming, name, annotate=annotate).id

    def job(self, job_id: str) -> Job:
        return self.store.jobs.get(job_id)

    def wait_for(self, job_id: str, *states: JobState) -> Job:
        """The job, as soon as it is in one of these states."""
        assert eventually(lambda: self.job(job_id).state in states, PATIENCE_S), self.job(job_id)
        return self.job(job_id)

    def wait_for_readings(self, job_id: str, count: int) -> str:
        """The job's recording, as soon as it holds so many readings."""
        assert eventually(lambda: self._count(job_id) == count, PATIENCE_S), self.job(job_id)
        return str(self.job(job_id).recording_id)

    def times(self, recording_id: str) -> list[float]:
        return [round(one.time_s, 3) for one in self.store.recordings.readings(recording_id)]

    def files(self) -> list[str]:
        """What lies in the folders of videos."""
        return sorted(path.name for path in [*self.uploads.folder.glob("*"), *self.annotated.folder.glob("*")])

    def wait_for_attempt(self, job_id: str, number: int) -> None:
        """Until a worker has taken the job up for that time, or it is over."""
        assert eventually(lambda: self.job(job_id).attempts >= number or self.job(job_id).state.is_over, PATIENCE_S)

    def kill_worker(self) -> int:
        """Everything that analyzes ends at once, probably out of memory; how many that were."""
        if isinstance(self.queue, SupervisedQueue):
            workers = multiprocessing.active_children()
            for worker in workers:
                worker.kill()
            return len(workers)
        count = len(self.workers)
        for celery_worker in self.workers:
            os.killpg(celery_worker.pid, signal.SIGKILL)
            celery_worker.wait()
        self.workers = []
        self.start_worker()
        return count

    def start_worker(self) -> None:
        """A Celery worker, which is somebody else's to start."""
        if self.redis_url is None:
            return
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "TEST_REDIS_URL": self.redis_url,
            "TEST_DATABASE": self.database,
            "TEST_DATA_DIR": str(self.folder),
        }
        command = [sys.executable, "-m", "celery", "-A", "tests.jobs.celery_app", "worker", *OPTIONS]
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command, cwd=self.folder, env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.workers.append(worker)

    def end(self) -> None:
        self.close()
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            worker.wait(PATIENCE_S)

    def _count(self, job_id: str) -> int:
        recording_id = self.job(job_id).recording_id
        return self.store.recordings.get(recording_id).readings if recording_id else 0

    def _queue(self) -> JobQueue:
        tidying = partial(tidy, self.store, self.uploads, self.annotated)
        if self.redis_url is not None:
            return CeleryQueue(self.store, self.redis_url, tidy=tidying, silence_s=SILENCE_S, look_s=LOOK_S)
        work = partial(attempt, self.database, str(self.folder))
        return SupervisedQueue(self.store, work, tidy=tidying, silence_s=SILENCE_S, look_s=LOOK_S)


_databases = itertools.count()


@pytest.fixture(params=["local", "redis"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """The same tests for both queues."""
    url = None
    if request.param == "redis":
        url = f"{request.getfixturevalue('redis_url')}/{next(_databases) % 16}"
    made = Bench(tmp_path, url)
    try:
        made.start_worker()
        yield made
    finally:
        made.end()
