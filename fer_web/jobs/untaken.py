"""Says of a job that nobody takes it: whoever waits for it should not have to guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from fer_web.core import Job, JobState

# Longer than a worker needs to start, and than it takes until a job of a dead one is sent again.
UNTAKEN = timedelta(seconds=60)


def told(job: Job, jobs: Iterable[Job], began_at: datetime, now: datetime, remedy: str) -> Job:
    """The job, with a message if it waits while no worker shows any sign of life in `jobs`, or its own shows none.

    Nothing is said before somebody has looked for so long, which they do since `began_at`.
    """
    heard = [one.heartbeat_at for one in jobs if one.heartbeat_at is not None]
    is_quiet = now - max(job.created_at, began_at, *heard) > UNTAKEN
    nobody = f"no worker is running: {remedy}" if is_quiet else ""
    if job.state is JobState.QUEUED and nobody:
        return replace(job, message=f"No worker has taken it: {nobody}")
    if job.state is JobState.RUNNING and job.heartbeat_at is not None and now - job.heartbeat_at > UNTAKEN:
        return replace(job, message=f"Its worker has disappeared: {nobody or 'another one will continue'}")
    return job
