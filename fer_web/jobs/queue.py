"""What a queue of jobs is: something that makes a worker take them up. Where they stand is the store's to say."""

from __future__ import annotations

import logging
import os
import secrets
import socket
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta, timezone
from threading import Condition, Thread

from fer_web.core import Job, JobState
from fer_web.core.job import ATTEMPTS, SILENCE_S
from fer_web.errors import FerError
from fer_web.store import Store

log = logging.getLogger(__name__)

# How often it is looked for jobs that a dead worker, or another process, has left behind.
LOOK_S = 10.0
# Closing a queue waits this long for its thread at most.
GOODBYE_S = 5.0
# Far more than may wait.
MANY = 1000
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class JobQueue(ABC):
    """Brings jobs to workers. Any thread may call anything; one condition guards what the queue's own thread waits for.

    A message is only a wake-up: a worker claims the job in the store before it begins, and leaves alone what is not
    waiting (any more). So a message that comes twice does no harm, and one that was lost can be sent again. `tidy` is
    called whenever there is time.
    """

    def __init__(
        self,
        store: Store,
        *,
        tidy: Callable[[], object] = lambda: None,
        silence_s: float = SILENCE_S,
        look_s: float = LOOK_S,
    ) -> None:
        self._store = store
        self._tidy = tidy
        self._silence_s, self._look_s = silence_s, look_s
        self._changed = Condition()
        self._has_news = self._is_closed = False
        self._thread: Thread | None = None

    def start(self) -> None:
        """Bring up what is waiting in the store, now and whenever a worker has disappeared; returns at once."""
        with self._changed:
            if self._thread is None and not self._is_closed:
                self._thread = Thread(target=self._work, name="jobs", daemon=True)
                self._thread.start()

    def submit(self, job_id: str) -> None:
        """Tell of a job that waits in the store; BusyError when nobody can be told."""
        self.start()
        self._announce(job_id)
        with self._changed:
            self._has_news = True
            self._changed.notify_all()

    def close(self) -> None:
        """Stop bringing up jobs; what a worker of this process is at goes back to waiting."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
            thread = self._thread
        self._end()
        if thread is not None:
            thread.join(GOODBYE_S)

    @abstractmethod
    def _announce(self, job_id: str) -> None:
        """Tell of a new job at once, where the queue's thread is not all that has to know."""

    @abstractmethod
    def _bring(self, jobs: Sequence[Job]) -> bool:
        """Start work on these, the oldest first; True to look again at once."""

    @abstractmethod
    def _end(self) -> None:
        """Let go of everything, so that the thread ends."""

    def _work(self) -> None:
        """The thread: look at the start, when there is news, and ever again."""
        while not self._is_closed:
            if not self._look():
                with self._changed:
                    self._changed.wait_for(lambda: self._has_news or self._is_closed, self._look_s)
                    self._has_news = False

    def _look(self) -> bool:
        try:
            self._tidy()
            return self._bring(waiting_jobs(self._store, self._silence_s))
        except FerError as error:
            log.error("Videos wait: %s", error)
        except Exception:  # the next time is another chance
            log.exception("Videos wait")
        return False


def waiting_jobs(store: Store, silence_s: float = SILENCE_S) -> list[Job]:
    """Those that a worker could take up now, the oldest first: they wait, or their worker has not been heard of."""
    active = store.jobs.list(limit=MANY, states=ACTIVE)
    limit = datetime.now(timezone.utc) - timedelta(seconds=silence_s)
    return [job for job in reversed(active) if job.state is JobState.QUEUED or _is_silent(job, limit)]


def give_back(store: Store, job: Job, worker: str, reason: str) -> None:
    """Put a job back into the queue whose attempt came to nothing, or let it fail for `reason` after the last one."""
    if job.attempts < ATTEMPTS:
        store.jobs.release(job.id, worker, counts=True)
    else:
        store.jobs.end(job.id, worker, JobState.FAILED, error=f"given up after {job.attempts} attempts: {reason}")


def new_worker_name() -> str:
    """A worker's name in the store for one attempt, different from all others."""
    return f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"


def _is_silent(job: Job, limit: datetime) -> bool:
    return job.heartbeat_at is not None and job.heartbeat_at < limit
