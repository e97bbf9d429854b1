"""Videos in, jobs out: uploads go straight to the disk, and everything else happens behind the page."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any, cast

from flask import Blueprint, Response, request, send_file, url_for

from fer_web.core import Job
from fer_web.errors import BusyError, EmptyVideo, NoJob, NoRecording, NotAVideo, RequestError, StoreError, VideoTooLarge
from fer_web.jobs.uploads import Incoming
from fer_web.jobs.videos import VideoJobs
from fer_web.web.api.models.jobs import VIDEO, AddJobQuery, JobJson, JobsJson, VideoForm
from fer_web.web.api.uploads import MemoryRequest
from fer_web.web.http.asking import new_owner, own_videos
from fer_web.web.http.errors import STORE_REFUSALS, ErrorJson
from fer_web.web.http.route import BYTES, Body, Reply, route
from fer_web.web.http.services import services
from fer_web.web.streaming.arrival import arrival_of
from fer_web.web.streaming.client_socket import ClientSocket

bp = Blueprint("jobs", __name__)

FIELD = "video"
CHUNK_BYTES = 256 * 1024
# What a form needs around its file.
FORM_BYTES = 64 * 1024
# A client that sends nothing for this long has gone, or keeps a thread for nothing.
UPLOAD_SILENCE_S = 60.0
# How much, and how long, is still read of a body that was refused, so that its sender gets to read why.
DRAIN_BYTES, DRAIN_S = 32_000_000, 5.0


@contextmanager
def _large_body() -> Iterator[None]:
    """A body may be large, and its sender silent for a while, but not for ever; one that is refused is read on."""
    max_bytes = services().videos.uploads.max_bytes
    request.max_content_length = max(max_bytes, request.content_length or 0) + FORM_BYTES  # the size is checked by us
    sock = request.environ.get("werkzeug.socket")
    if sock is not None:
        sock.settimeout(UPLOAD_SILENCE_S)
    try:
        yield
    except Exception:
        _drain()
        raise


@route(
    bp,
    "/api/jobs",
    "POST",
    query=AddJobQuery,
    body=Body({"video/*": VIDEO, "application/octet-stream": VIDEO, "multipart/form-data": VideoForm}),
    answers={202: Reply("The job is waiting.", JobJson)},
    refuses=(
        *(EmptyVideo, NotAVideo, VideoTooLarge, "no_video", "upload_incomplete", "bad_form", "unsupported_media_type"),
        *(BusyError, *STORE_REFUSALS),
    ),
    around=_large_body,
)
def add_job(query: AddJobQuery) -> JobJson:
    """Upload a video to be analyzed.

    MP4, MOV, MKV, WebM, AVI, GIF, MPEG or WMV; the content decides, not the name. It is written to disk as it
    arrives and deleted when its job ends. The result is a recording. Both belong to who sends the video: a client
    without the cookie fer_owner gets one with the answer.
    """
    videos = own_videos()
    with _reading_on(), videos.receiving(request.content_length) as incoming:
        sent_name = _receive(incoming)
        owner = new_owner()
        job = videos.add(incoming, query.name or sent_name, annotate=query.annotate, owner=owner)
        return job_json(videos, job)


@route(bp, "/api/jobs", answers={200: Reply("At most 100.", JobsJson)}, refuses=(StoreError,))
def jobs() -> JobsJson:
    """Your jobs (waiting, running or ended), the newest first; the operator's answer holds everybody's."""
    videos = own_videos()
    return JobsJson(jobs=[job_json(videos, job) for job in videos.list()])


@route(bp, "/api/jobs/<job>", answers={200: Reply("The job.", JobJson)}, refuses=(NoJob, StoreError))
def job(job: str) -> JobJson:
    """A job and its progress."""
    videos = own_videos()
    return job_json(videos, videos.get(job))


@route(
    bp,
    "/api/jobs/<job>",
    "DELETE",
    answers={200: Reply("It is canceled.", JobJson), 204: Reply("It is removed from the list.")},
    refuses=(NoJob, *STORE_REFUSALS),
)
def remove_job(job: str) -> JobJson | Response:
    """Cancel a job, or remove an ended one from the list.

    Canceling deletes the video and its readings. The recording of an ended job stays.
    """
    videos = own_videos()
    if videos.get(job).state.is_over:
        videos.forget(job)
        return Response(status=204)
    return job_json(videos, videos.cancel(job))


@route(
    bp,
    "/api/recordings/<recording>/annotated.mp4",
    answers={
        200: Reply("An MP4.", kind="video/mp4", schema=BYTES),
        206: Reply("The requested range.", kind="video/mp4", schema=BYTES),
        304: Reply("The copy has not changed."),
        416: Reply("The range is outside the file.", ErrorJson),
    },
    refuses=(NoRecording, "no_copy", StoreError),
)
def annotated_video(recording: str) -> Response:
    """The annotated copy of a video, if one was requested.

    Range requests are supported.
    """
    path = own_videos().annotated_copy(recording)
    if path is None:
        raise RequestError(
            "no_copy", "this recording has no annotated video: none was requested, or it is not ready yet"
        )
    name = f"annotated-{recording[:8]}.mp4"
    return send_file(path, "video/mp4", as_attachment=True, download_name=name, conditional=True, etag=True)


def job_json(videos: VideoJobs, job: Job) -> JobJson:
    """A job of the contract."""
    has_recording = videos.has_recording(job)
    has_copy = has_recording and job.recording_id is not None and videos.annotated.find(job.recording_id) is not None
    return JobJson(
        id=job.id,
        kind="video",
        name=job.name,
        state=job.state,
        progress=round(job.progress, 4),
        remaining_s=None if job.remaining_s is None else round(job.remaining_s, 1),
        message=job.error or job.message,
        attempts=job.attempts,
        created_at=job.created_at.isoformat(),
        finished_at=None if job.finished_at is None else job.finished_at.isoformat(),
        recording_id=job.recording_id if has_recording else None,
        annotated=url_for("jobs.annotated_video", recording=job.recording_id) if has_copy else None,
    )


def _reading_on() -> AbstractContextManager[None]:
    """Read the body while it comes; gunicorn's worker gives few such uploads a thread, and takes it from slow ones."""
    sock = request.environ.get("gunicorn.socket")
    return sock.reading_on() if isinstance(sock, ClientSocket) else nullcontext()


def _receive(incoming: Incoming) -> str:
    """Write the body, or the file in its form, to the disk as it comes; the name that the form gives it."""
    kind = request.mimetype
    if kind == "multipart/form-data":
        return _receive_form(incoming)
    if kind not in ("", "application/octet-stream", "image/gif") and not kind.startswith("video/"):
        raise RequestError(
            "unsupported_media_type",
            f"{kind} is not supported: send a video (Content-Type: video/mp4) or a form (multipart/form-data with "
            f"the field {FIELD})",
        )
    while data := request.stream.read(CHUNK_BYTES):
        incoming.write(data)
    if request.content_length is not None and incoming.size < request.content_length:
        raise RequestError("upload_incomplete", "the upload was interrupted: send the video again")
    return ""


def _receive_form(incoming: Incoming) -> str:
    names: list[str] = []

    def open_file(name: str | None) -> Any:
        names.append(name or "")
        if len(names) > 1:
            raise RequestError("bad_form", "the form has several files: send one video at a time")
        return incoming

    form = cast(MemoryRequest, request)
    form.open_file = open_file
    if [*form.files, *form.form] != [FIELD] or not names:
        raise RequestError("no_video", f"the form must have one file, in the field {FIELD}; is it complete?")
    return names[0]


def _drain() -> None:
    """Read on a little: whoever is still sending would not see the answer. gunicorn's worker does it without us."""
    if arrival_of(request.environ) is not None:
        return
    left, until_s = DRAIN_BYTES, time.monotonic() + DRAIN_S
    with suppress(Exception):  # they have hung up
        while left > 0 and time.monotonic() < until_s and (data := request.stream.read(CHUNK_BYTES)):
            left -= len(data)
