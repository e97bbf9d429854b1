"""Deletes what jobs have left behind: files whose process was killed before it could, and entries nobody looks at."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone

from fer_web.core import JobState
from fer_web.errors import RequestError
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.queue import ACTIVE, MANY
from fer_web.jobs.uploads import UploadFolder
from fer_web.store import Store

OVER = tuple(state for state in JobState if state.is_over)
# What has ended is listed for so long, unless somebody removes it before.
LISTED = timedelta(days=7)


def tidy(store: Store, uploads: UploadFolder, annotated: AnnotatedFolder) -> None:
    """Do it now. Where nothing was ever kept, nothing is done or made."""
    if not store.is_there:
        return
    clear_away(store, uploads, annotated)
    for job in store.jobs.list(limit=MANY, finished_before=datetime.now(timezone.utc) - LISTED):
        with suppress(RequestError):
            store.jobs.delete(job.id)
    active = store.jobs.list(limit=MANY, states=ACTIVE)
    uploads.sweep([job.path for job in active if job.path])
    annotated.sweep(store.recordings.is_kept)


def clear_away(store: Store, uploads: UploadFolder, annotated: AnnotatedFolder) -> None:
    """Delete the videos of all jobs that are over, however they ended, and what was drawn for copies of them.

    Of canceled ones, what was read goes, too.
    """
    for job in store.jobs.list(limit=MANY, states=OVER, has_file=True):
        uploads.discard(job.path)
        if job.recording_id is not None:
            annotated.discard_unfinished(job.recording_id)
            if job.state is JobState.CANCELED:
                _delete(store, annotated, job.recording_id)
        store.jobs.drop_path(job.id)


def _delete(store: Store, annotated: AnnotatedFolder, recording_id: str) -> None:
    with suppress(RequestError):  # it was deleted before
        store.recordings.delete(recording_id)
    annotated.discard(recording_id)
