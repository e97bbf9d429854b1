"""How failures become answers: one table from code to status, one JSON body for all of them, and a page for people."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, Response, jsonify, make_response, render_template, request, url_for
from pydantic import ConfigDict
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from fer_web.core.text import one_line
from fer_web.errors import (
    BusyError,
    FerError,
    StoreError,
    StoreFull,
    StoreReadOnly,
)
from fer_web.web.http.bodies import JsonObject
from fer_web.web.http.services import services

log = logging.getLogger(__name__)

# Every code that an error body can hold and the status that it comes with; docs/api.md explains each.
STATUSES: Mapping[str, int] = {
    # the picture
    "empty": 400,
    "not_an_image": 415,
    "unsupported_format": 415,
    "image_truncated": 422,
    "image_too_large": 413,
    "too_many_pixels": 413,
    # the request
    "bad_json": 400,
    "bad_base64": 400,
    "bad_form": 400,
    "no_image": 400,
    "unknown_parameter": 400,
    "bad_parameter": 400,
    "too_many_images": 413,
    "unsupported_media_type": 415,
    # a visitor's camera
    "bad_handshake": 400,
    "no_visit": 404,
    # a camera
    "no_camera": 404,
    # the laboratory
    "unknown_model": 404,
    "one_at_a_time": 409,
    # a video
    "not_a_video": 415,
    "video_too_large": 413,
    "no_video": 400,
    "upload_incomplete": 400,
    "no_copy": 404,
    # recordings, studies and jobs
    "recording_over": 409,
    "consent_required": 403,
    "already_recording": 409,
    "no_recording": 404,
    "still_recording": 409,
    "too_many_markers": 409,
    "bad_markers": 422,
    "no_export": 404,
    "not_installed": 501,
    "confirm_required": 400,
    "no_study": 404,
    "no_part": 404,
    "name_taken": 409,
    "study_full": 409,
    "in_another_study": 409,
    "task_order": 409,
    "no_job": 404,
    "job_not_over": 409,
    "storage_full": 507,
    "storage_read_only": 507,
    "storage_unavailable": 503,
    # who asks, and from where
    "token_required": 401,
    "wrong_token": 401,
    "local_only": 403,
    "wrong_host": 421,
    "cross_site": 403,
    "operator_only": 403,
    "too_many_attempts": 429,
    "too_many_requests": 429,
    # how it comes
    "too_slow": 408,
    "head_too_large": 431,
    # the service
    "busy": 503,
    "not_ready": 503,
    "no_source": 503,
    "no_encoder": 501,
    "model_error": 500,
    "internal_error": 500,
}
NOT_READY_RETRY_S = 5
# What a page says above the sentence.
TITLES = {
    403: "Not allowed",
    404: "Not found",
    405: "Not for browsers",
    429: "Too many requests",
    500: "Something went wrong",
    503: "Not available now",
    507: "Nothing can be stored",  # on a full disk, or one that is read-only
}
# What can be wrong with the place where recordings and jobs are kept, for whoever writes there.
STORE_REFUSALS = (StoreError, StoreFull, StoreReadOnly)


class ErrorFactsJson(JsonObject):
    """What programs and people are told of a failure."""

    code: str
    message: str


class ErrorJson(JsonObject):
    """Every refusal and failure."""

    model_config = ConfigDict(
        json_schema_extra={
            "description": f"Every refusal and failure. Codes: {', '.join(STATUSES)}; else the name of the HTTP status."
        }
    )

    error: ErrorFactsJson


def error_answer(
    code: str, message: str, status: int | None = None, headers: Mapping[str, str] | None = None
) -> Response:
    """The JSON body that every refusal has, with the status of its code; a page for who opened it in a browser."""
    number = status or STATUSES[code]
    answer = _page(number, message) if _is_opened() else jsonify(error=error_json(code, message))
    answer.status_code = number
    answer.vary.add("Accept")
    services().metrics.count_error(code)
    answer.headers.extend(dict(headers or {}))
    return answer


def _is_opened() -> bool:
    """Whether a person has opened an address in a browser, which asks for a page; under /api there is none."""
    wanted = [kind for kind, _ in request.accept_mimetypes]
    return request.method in ("GET", "HEAD") and "text/html" in wanted and not request.path.startswith("/api/")


def _page(status: int, message: str) -> Response:
    title = TITLES.get(status) or HTTPStatus(status).phrase
    sentence = message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")
    return make_response(render_template("error.html", status=status, title=title, message=sentence))


def error_json(code: str, message: str) -> dict[str, str]:
    """What stands under `error`."""
    return {"code": code, "message": message}


def code_of(error: FerError) -> str:
    """The code that a failure of ours is told under."""
    return error.code if error.code in STATUSES else "internal_error"


def handle_errors(app: Flask) -> None:
    """Answer every failure in `app`, ours, werkzeug's or a bug, with the same JSON body."""
    app.register_error_handler(FerError, _ours)
    app.register_error_handler(HTTPException, _werkzeugs)
    app.register_error_handler(Exception, _bug)


def _ours(error: FerError) -> Response:
    code = code_of(error)
    retry_s = error.retry_after_s if isinstance(error, BusyError) else NOT_READY_RETRY_S
    headers = {"Retry-After": str(retry_s)} if STATUSES[code] == 503 else {}
    if STATUSES[code] == 500 or isinstance(error, StoreError):
        log.error("%s: %s", _asked(), one_line(str(error)))
    return error_answer(code, str(error), headers=headers)


def _werkzeugs(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:  # a redirect is not a failure
        return error
    if error.code == 413:
        return error_answer("image_too_large", "the request is larger than this service accepts")
    if error.code == 404:
        message = f"there is nothing at {request.path}"
        listed = "" if _is_opened() else f"; {url_for('system.docs')} lists what there is"
        return error_answer("not_found", message + listed, 404)
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        usable = sorted(set(error.valid_methods or ()) - {"HEAD", "OPTIONS"})
        message = f"{request.method} is not allowed at {request.path}; use {' or '.join(usable)}"
        return error_answer("method_not_allowed", message, 405, {"Allow": allowed})
    name = re.sub(r"\W+", "_", error.name).strip("_").lower()
    kept = {key: value for key, value in error.get_headers() if key in ("Allow", "Retry-After")}
    return error_answer(name, error.description or error.name, error.code, kept)


def _asked() -> str:
    """The request's first words, for the log: a path may hold whatever its sender likes, the end of a line too."""
    return one_line(f"{request.method} {request.path}")


def _bug(error: Exception) -> Response:
    log.error("%s failed", _asked(), exc_info=error)
    return error_answer("internal_error", "an internal error occurred; see the service's log")
