"""Videos in, jobs out: uploads go straight to the disk, and everything else happens behind the page."""

from __future__ import annotations

import time
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, cast

from flask import Blueprint, Response, jsonify, render_template, request, send_file, url_for

from fer_web.analysis.present import Json
from fer_web.core import Job
from fer_web.errors import RequestError
from fer_web.jobs.uploads import Incoming
from fer_web.jobs.videos import VideoJobs
from fer_web.web.api.uploads import FLAGS, MemoryRequest
from fer_web.web.http.services import services
from fer_web.web.streaming.arrival import arrival_of
from fer_web.web.streaming.client_socket import ClientSocket

bp = Blueprint("jobs", __name__)

FIELD = "video"
PARAMETERS = ("name", "annotate")
CHUNK_BYTES = 256 * 1024
# What a form needs around its file.
FORM_BYTES = 64 * 1024
# A client that sends nothing for this long has gone, or keeps a thread for nothing.
SILENCE_S = 60.0
# How much, and how long, is still read of a body that was refused, so that its sender gets to read why.
DRAIN_BYTES, DRAIN_S = 32_000_000, 5.0


@bp.get("/videos")
def page() -> str:
    """The page that uploads videos and shows how far they are."""
    mine = services()
    max_bytes = mine.videos.uploads.max_bytes
    return render_template("videos.html", max_bytes=max_bytes, size=size_text(max_bytes), days=mine.retention_days)


@bp.post("/api/jobs")
def add() -> tuple[Response, int]:
    """A video that is to be analyzed; the job that will do it."""
    videos = services().videos
    _prepare(videos.uploads.max_bytes)
    try:
        name, annotate = _options()
        with _reading_on(), videos.receiving(request.content_length) as incoming:
            sent_name = _receive(incoming)
            job = videos.add(incoming, name or sent_name, annotate=annotate)
    except Exception:
        _drain()
        raise
    return jsonify(job_json(videos, job)), 202


@bp.get("/api/jobs")
def index() -> Response:
    """All jobs, the newest first."""
    videos = services().videos
    return jsonify(jobs=[job_json(videos, job) for job in videos.list()])


@bp.get("/api/jobs/<job>")
def show(job: str) -> Response:
    """One job."""
    videos = services().videos
    return jsonify(job_json(videos, videos.get(job)))


@bp.delete("/api/jobs/<job>")
def remove(job: str) -> Response:
    """Cancel a job; take one that is over off the list."""
    videos = services().videos
    if videos.get(job).state.is_over:
        videos.forget(job)
        return Response(status=204)
    return jsonify(job_json(videos, videos.cancel(job)))


@bp.get("/api/recordings/<recording>/annotated.mp4")
def annotated(recording: str) -> Response:
    """The copy of a video with its faces marked; parts of it, too (Range)."""
    path = services().videos.annotated_copy(recording)
    if path is None:
        raise RequestError(
            "no_copy", "this recording has no annotated video: it was not asked for, or is not ready yet"
        )
    name = f"annotated-{recording[:8]}.mp4"
    return send_file(path, "video/mp4", as_attachment=True, download_name=name, conditional=True, etag=True)


def job_json(videos: VideoJobs, job: Job) -> Json:
    """A job of the contract."""
    has_recording = videos.has_recording(job)
    has_copy = has_recording and job.recording_id is not None and videos.annotated.find(job.recording_id) is not None
    return {
        "id": job.id,
        "kind": job.kind,
        "name": job.name,
        "state": str(job.state),
        "progress": round(job.progress, 4),
        "remaining_s": None if job.remaining_s is None else round(job.remaining_s, 1),
        "message": job.error or job.message,
        "attempts": job.attempts,
        "created_at": job.created_at.isoformat(),
        "finished_at": None if job.finished_at is None else job.finished_at.isoformat(),
        "recording_id": job.recording_id if has_recording else None,
        "annotated": url_for("jobs.annotated", recording=job.recording_id) if has_copy else None,
    }


def size_text(count: int) -> str:
    """A number of bytes for people."""
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 1000:.3g} kB"


def _options() -> tuple[str, bool]:
    """`?name=` and `?annotate=`; RequestError for anything else."""
    unknown = sorted(set(request.args) - set(PARAMETERS))
    if unknown:
        wrong = ", ".join(map(repr, unknown))
        raise RequestError("unknown_parameter", f"unknown parameter {wrong}; known: {', '.join(PARAMETERS)}")
    annotate = request.args.get("annotate", "false").lower()
    if annotate not in FLAGS:
        raise RequestError("bad_parameter", f"annotate must be {' or '.join(FLAGS)}, not {annotate!r}")
    return request.args.get("name", ""), FLAGS[annotate]


def _prepare(max_bytes: int) -> None:
    """A body of this request may be large, and its sender silent for a while, but not for ever."""
    request.max_content_length = max(max_bytes, request.content_length or 0) + FORM_BYTES  # the size is checked by us
    sock = request.environ.get("werkzeug.socket")
    if sock is not None:
        sock.settimeout(SILENCE_S)


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
            f"{kind} is not understood: send a video (Content-Type: video/mp4) or a form (multipart/form-data with "
            f"the field {FIELD})",
        )
    while data := request.stream.read(CHUNK_BYTES):
        incoming.write(data)
    if request.content_length is not None and incoming.size < request.content_length:
        raise RequestError("upload_incomplete", "the upload broke off: send the video again")
    return ""


def _receive_form(incoming: Incoming) -> str:
    names: list[str] = []

    def open_file(name: str | None) -> Any:
        names.append(name or "")
        if len(names) > 1:
            raise RequestError("bad_form", "send one video at a time: the form has several files")
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
