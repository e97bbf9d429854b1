"""Videos to be analyzed, as the web offers it: take them in, tell how far they are, cancel them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from copy import copy
from datetime import datetime, timezone
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import TypeAlias

from fer_web.core import Job, JobState
from fer_web.errors import BusyError, RequestError
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.queue import ACTIVE, JobQueue
from fer_web.jobs.tidying import clear_away
from fer_web.jobs.untaken import told
from fer_web.jobs.uploads import Incoming, UploadFolder
from fer_web.store import Store

KIND = "video"
# Videos that may wait or be analyzed at once, and that may be on their way here: each of these keeps a thread busy.
PLACES, ARRIVALS = 20, 4
PLACES_RETRY_S, ARRIVALS_RETRY_S = 60, 10
SHOWN = 100
NAME_LENGTH = 200
Jobs: TypeAlias = Sequence[Job]  # where a method named `list` is in the way


class VideoJobs:
    """Any thread may call anything; nothing is opened or made before the first video comes.

    `remedy` is what people read who wait for a video that no worker takes.
    """

    def __init__(
        self,
        store: Store,
        uploads: UploadFolder,
        annotated: AnnotatedFolder,
        queue: JobQueue,
        places: int = PLACES,
        remedy: str = "see the log",
    ) -> None:
        self.uploads = uploads
        self.annotated = annotated
        self._store = self._seen = store
        self._queue = queue
        self._places = places
        self._remedy = remedy
        self._arrivals = BoundedSemaphore(ARRIVALS)
        self._adding = Lock()
        self._began_at = datetime.now(timezone.utc)
        store.recordings.on_delete(annotated.discard)

    def of(self, seen: Store) -> VideoJobs:
        """The same for who sees this much of the store."""
        own = copy(self)
        own._seen = seen
        return own

    def start(self) -> None:
        """Go on with what an earlier process has left, and look from now on after what comes."""
        self._queue.start()

    def close(self) -> None:
        """Put what is being analyzed back; returns within a few seconds."""
        self._queue.close()

    @contextmanager
    def receiving(self, expected_bytes: int | None) -> Iterator[Incoming]:
        """A file to write an upload to; BusyError while too many videos wait or arrive.

        Refused at once is what could not be kept; and no file is there without a database, by which it is found again.
        """
        if not self._arrivals.acquire(blocking=False):
            message = f"{ARRIVALS} videos are being uploaded already; try again in {ARRIVALS_RETRY_S} s"
            raise BusyError(message, ARRIVALS_RETRY_S)
        try:
            self._store.ensure_writable()
            self._check_places()
            with self.uploads.receive(expected_bytes) as incoming:
                yield incoming
        finally:
            self._arrivals.release()

    def add(self, incoming: Incoming, name: str, *, annotate: bool, owner: str | None = None) -> Job:
        """Have a video analyzed that has come in; RequestError when it is none, BusyError when it cannot be queued."""
        incoming.check()
        job = Job(
            secrets.token_hex(16),
            KIND,
            readable(name),
            datetime.now(timezone.utc),
            path=f"{self.uploads.folder.name}/{incoming.name}",
            options={"annotate": annotate},
            owner=owner,
        )
        with self._adding:
            self._check_places()
            self._store.jobs.save(job)
        try:
            self._queue.submit(job.id)
        except BusyError:
            self._store.jobs.cancel(job.id)
            self._store.jobs.delete(job.id)
            raise
        incoming.keep()
        return job

    def get(self, job_id: str) -> Job:
        """RequestError when there is none. One that nobody takes says so in its message."""
        job = self._seen.jobs.get(job_id)
        return job if job.state.is_over else self._told([job], self._store.jobs.list(limit=SHOWN))[0]

    def list(self) -> Jobs:
        """The newest first; those that nobody takes say so in their message."""
        shown = [job for job in self._seen.jobs.list(limit=SHOWN) if job.kind == KIND]
        return self._told(shown, self._store.jobs.list(limit=SHOWN))

    def has_recording(self, job: Job) -> bool:
        """Whether there is something to see of it."""
        if job.recording_id is None or not job.state.is_over:
            return False
        with suppress(RequestError):
            return self._seen.recordings.get(job.recording_id).readings > 0 or job.state is JobState.DONE
        return False

    def annotated_copy(self, recording_id: str) -> Path | None:
        """A recording's annotated video; None when there is none. RequestError when there is no such recording."""
        self._seen.recordings.get(recording_id)
        return self.annotated.find(recording_id)

    def cancel(self, job_id: str) -> Job:
        """End it, and delete the video and what was read from it; what is over stays as it is."""
        before = self._seen.jobs.get(job_id)
        job = self._seen.jobs.cancel(job_id)
        if before.state.is_over or job.state is not JobState.CANCELED:
            return job
        clear_away(self._store, self.uploads, self.annotated)
        return job

    def forget(self, job_id: str) -> None:
        """Take one that is over off the list; its recording stays."""
        clear_away(self._store, self.uploads, self.annotated)
        self._seen.jobs.delete(job_id)

    def _told(self, shown: Jobs, jobs: Jobs) -> Jobs:
        now = datetime.now(timezone.utc)
        return [told(job, jobs, self._began_at, now, self._remedy) for job in shown]

    def _check_places(self) -> None:
        if self._store.jobs.count(ACTIVE) >= self._places:
            message = f"{self._places} videos are waiting to be analyzed already; try again in {PLACES_RETRY_S} s"
            raise BusyError(message, PLACES_RETRY_S)


def readable(name: str) -> str:
    """A file's name as a text for people: without folders and what cannot be seen, and not endless."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(letter for letter in last if letter.isprintable()).strip()
    return seen[:NAME_LENGTH] or "video"
