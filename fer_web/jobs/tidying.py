"""Deletes what jobs have left behind: files whose process was killed before it could, and entries nobody looks at."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta, timezone

from fer_web.errors import RequestError
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.queue import ACTIVE, MANY
from fer_web.jobs.uploads import UploadFolder
from fer_web.store import Store

# What has ended is listed for so long, unless somebody removes it before.
LISTED = timedelta(days=7)


def tidy(store: Store, uploads: UploadFolder, annotated: AnnotatedFolder) -> None:
    """Do it now. Where nothing was ever kept, nothing is done or made."""
    if not store.is_there:
        return
    for job in store.list_jobs(limit=MANY, finished_before=datetime.now(timezone.utc) - LISTED):
        with suppress(RequestError):
            store.delete_job(job.id)
    active = store.list_jobs(limit=MANY, states=ACTIVE)
    uploads.sweep([job.path for job in active if job.path])
    annotated.sweep(lambda session_id: _is_kept(store, session_id))


def _is_kept(store: Store, session_id: str) -> bool:
    try:
        store.get(session_id)
    except RequestError:
        return False
    return True
