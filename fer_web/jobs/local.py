"""The queue without anything to install: one worker process beside the service, while there is something to do."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from threading import Condition, Thread
from typing import Any

from fer_web.core import Job, JobState
from fer_web.errors import FerError, StoreError
from fer_web.jobs.process import GOODBYE_S, Worker
from fer_web.jobs.queue import ATTEMPTS, SILENCE_S, TIME_LIMIT_S, give_back, waiting_jobs
from fer_web.store import Store

log = logging.getLogger(__name__)

# The worker holds a network and TensorFlow in memory: it is let go when nothing has come for this long.
IDLE_S = 60.0
# How often is looked for jobs that another process has left behind.
LOOK_S = 10.0
# A worker ends what takes too long by itself; one that does not, because a library hangs, is killed.
LIMIT_S = TIME_LIMIT_S + 600


class LocalQueue:
    """One job at a time, the oldest first. A thread brings the jobs to the worker; one condition guards the rest.

    `command` starts the worker, which gets `plan` and its own name as its first line (see `process`): no argument or
    environment variable tells others of the database's password. `tidy` is called whenever there is time.
    """

    def __init__(
        self,
        store: Store,
        command: Sequence[str],
        plan: Mapping[str, Any],
        *,
        tidy: Callable[[], object] = lambda: None,
        silence_s: float = SILENCE_S,
        idle_s: float = IDLE_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._store = store
        self._command = command
        self._plan = plan
        self._tidy = tidy
        self._silence_s = silence_s
        self._idle_s = idle_s
        self._look_s = look_s
        self._changed = Condition()
        self._has_news = False
        self._is_closed = False
        self._thread: Thread | None = None
        self._worker: Worker | None = None

    @property
    def worker_pid(self) -> int | None:
        """The worker's process, while there is one."""
        worker = self._worker
        return worker.pid if worker is not None and worker.is_alive else None

    def start(self) -> None:
        with self._changed:
            if self._thread is None and not self._is_closed:
                self._thread = Thread(target=self._bring, name="jobs", daemon=True)
                self._thread.start()

    def submit(self, job_id: str) -> None:
        del job_id  # it stands in the store, and the oldest comes first
        self.start()
        with self._changed:
            self._has_news = True
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            worker, thread = self._worker, self._thread
        if worker is not None:
            worker.dismiss()
        if thread is not None:
            thread.join(GOODBYE_S)

    def _bring(self) -> None:
        """The thread: bring one job after the other to the worker, until the queue is closed."""
        idle_s = 0.0
        while not self._is_closed:
            job = self._next()
            if job is not None:
                self._hand_over(job)
            if job is not None or self._wait():
                idle_s = 0.0
                continue
            idle_s += self._look_s
            if idle_s >= self._idle_s:
                self._let_go()
        self._let_go()

    def _next(self) -> Job | None:
        try:
            self._tidy()
            job = next(iter(waiting_jobs(self._store, self._silence_s)), None)
            if job is not None:
                self._store.ensure_writable()  # without that no worker could claim it
            return job
        except StoreError as error:
            log.error("Videos wait: %s", error)
        except Exception:  # the next time is another chance
            log.exception("Videos wait")
        return None

    def _wait(self) -> bool:
        """Whether there was news before it was time to look again."""
        with self._changed:
            self._changed.wait_for(lambda: self._has_news or self._is_closed, self._look_s)
            news, self._has_news = self._has_news, False
            return news

    def _hand_over(self, job: Job) -> None:
        """Returns when the worker has done with a job, or died at it."""
        worker = self._ready_worker()
        if worker is not None and not worker.work_on(job.id, LIMIT_S) and not self._is_closed:
            self._bury(worker, job.id)

    def _ready_worker(self) -> Worker | None:
        """The worker, started if need be; None when the queue is being closed."""
        if self._worker is not None and not self._worker.is_alive:
            self._let_go()
        with self._changed:
            if self._worker is None and not self._is_closed:
                self._worker = Worker(self._command, self._plan)
            return self._worker

    def _bury(self, worker: Worker, job_id: str) -> None:
        """Put back what a dead worker has left; also when it died before it could claim the job."""
        self._let_go()
        reason = f"the process that analyzed it ended ({worker.how_it_ended()})"
        log.error("A video is put back: %s", reason)
        try:
            job: Job | None = self._store.jobs.get(job_id)
            if job is not None and job.state is JobState.QUEUED:
                job = self._store.jobs.claim(worker.name, job_id=job_id, most_attempts=ATTEMPTS)
            if job is not None and job.worker == worker.name:
                give_back(self._store, job, worker.name, reason)
        except FerError as error:  # it was removed meanwhile, or the database is away: then its silence will tell
            log.warning("It could not be put back: %s", error)

    def _let_go(self) -> None:
        """End the worker: at once when it is idle, after it has put its job back when not."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()
