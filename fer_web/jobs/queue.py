"""What a queue of jobs is: something that makes a worker take them up. Where they stand is the store's to say."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Protocol

from fer_web.core import Job, JobState
from fer_web.store import Store

# A job is given up after so many attempts that ended without an answer: a killed worker, a failure nobody expected.
ATTEMPTS = 3
# A worker that was not heard of for this long is gone; it tells once a second how far it is.
SILENCE_S = 30.0
# A video may keep a worker busy for this long, however it is reached.
TIME_LIMIT_S = 6 * 3600.0
# Far more than may wait.
MANY = 1000
ACTIVE = (JobState.QUEUED, JobState.RUNNING)


class JobQueue(Protocol):
    """Brings the ids of jobs to a worker. Any thread may call anything.

    A message is only a wake-up: a worker claims the job in the store before it begins, and leaves alone what is not
    waiting (any more). So a message that comes twice does no harm, and one that was lost can be sent again.
    """

    def start(self) -> None:
        """Bring up what is waiting in the store, now and whenever a worker has disappeared; returns at once."""

    def submit(self, job_id: str) -> None:
        """Tell of a job that waits in the store; BusyError when nobody can be told."""

    def close(self) -> None:
        """Stop bringing up jobs; those in this process's own worker go back to waiting."""


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


def _is_silent(job: Job, limit: datetime) -> bool:
    return job.heartbeat_at is not None and job.heartbeat_at < limit
