"""The queue without anything to install: one worker process beside the service, while there is something to do."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from typing import Any

from fer_web.core import Job, JobState
from fer_web.core.job import KILL_LIMIT_S
from fer_web.errors import FerError, WorkerLost
from fer_web.jobs.queue import JobQueue, give_back, new_worker_name
from fer_web.jobs.supervisor import Supervisor
from fer_web.store import Store

log = logging.getLogger(__name__)

# The worker holds a network and TensorFlow in memory: it is let go when nothing has come for this long.
IDLE_S = 60.0
NICENESS = 10  # the live picture comes first


class SupervisedQueue(JobQueue):
    """One job at a time, the oldest first. `work(job_id, worker)` is what the process runs: a function of a module."""

    def __init__(
        self, store: Store, work: Callable[[str, str], object], *, idle_s: float = IDLE_S, **shared: Any
    ) -> None:
        super().__init__(store, **shared)
        self._work_on = work
        self._idle_s = idle_s
        self._used_s = 0.0
        self._had_false_start = False
        self._supervisor = Supervisor(niceness=NICENESS)

    def _announce(self, job_id: str) -> None:
        """It stands in the store, and the oldest comes first."""

    def _bring(self, jobs: Sequence[Job]) -> bool:
        if not jobs:
            if time.monotonic() - self._used_s > self._idle_s:
                self._supervisor.rest()
            return False
        self._store.ensure_writable()  # without that no worker could claim it
        self._hand_over(jobs[0], new_worker_name())
        self._used_s = time.monotonic()
        return True

    def _end(self) -> None:
        self._supervisor.close()

    def _hand_over(self, job: Job, worker: str) -> None:
        """Returns when the worker has done with a job, or died at it."""
        try:
            future = self._supervisor.start(self._work_on, job.id, worker, limit_s=KILL_LIMIT_S)
            self._supervisor.answer_of(future)
            self._had_false_start = False
        except CancelledError:  # we have ended it: that is no failure
            self._store.jobs.release(job.id, worker)
        except WorkerLost as lost:
            self._put_back(job.id, worker, f"the process that analyzed it ended ({lost})")

    def _put_back(self, job_id: str, worker: str, reason: str) -> None:
        """What a dead worker has left. A job that it had not claimed yet pays only for the second such death.

        The first one may have come while the worker was at rest.
        """
        log.error("A video goes back to the queue: %s", reason)
        try:
            job: Job | None = self._store.jobs.get(job_id)
            if job is not None and job.state is JobState.QUEUED:
                is_first, self._had_false_start = not self._had_false_start, True
                job = None if is_first else self._store.jobs.claim(worker, job_id=job_id)
            if job is not None and job.worker == worker:
                give_back(self._store, job, worker, reason)
        except FerError as error:  # it was removed meanwhile, or the database is away: then its silence will tell
            log.warning("It could not be put back in the queue: %s", error)
