"""Visitors' own cameras: their frames come by WebSocket, or by POST where there is none, and results go back.

Every visitor has tracks, smoothing and blink counts of their own. Frames are analyzed in memory and forgotten.
"""

from __future__ import annotations

import json
import logging

from flask import Blueprint, Response, jsonify, render_template, request
from wsproto.frame_protocol import CloseReason

from fer_web.analysis.present import Json
from fer_web.core import FrameResult, Pixels
from fer_web.errors import BusyError, FerError, ImageError, NotReadyError
from fer_web.live import Visit
from fer_web.live.pace import Complaints
from fer_web.sources import decode_image
from fer_web.web.http.errors import NOT_READY_RETRY_S, code_of, error_json
from fer_web.web.http.services import Services, services
from fer_web.web.security.guard import HEADERS
from fer_web.web.streaming.events import outcome_json
from fer_web.web.streaming.websocket import WebSocket

bp = Blueprint("visits", __name__)
log = logging.getLogger(__name__)

# A page sends 640 pixels on the longer side, about 50 kB; these leave room for other programs.
FRAME_BYTES = 500_000
FRAME_PIXELS = 1280 * 960
# Cameras' JPEGs have one scan, progressive ones about ten; each costs a pass over the whole picture.
MOST_SCANS = 12
VISIT_HEADER = "Fer-Visit"
# The text message that asks for the visit's id.
ASK_VISIT = "visit"
# What the browser needs besides the page's own policy.
PERMISSIONS = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")


@bp.get("/my-camera")
def page() -> Response:
    """The page that shows what is seen in the visitor's own camera; the only one that may ask for it."""
    mine = services()
    page = render_template("my-camera.html", places=mine.visitors.places, retention_days=mine.retention_days)
    answer = Response(page)
    answer.headers["Permissions-Policy"] = PERMISSIONS
    return answer


@bp.get("/api/visits/socket", websocket=True)
def socket() -> Response:
    """A visit for as long as the WebSocket is open: JPEGs come as binary messages, each is answered by one JSON."""
    mine = services()
    connection = WebSocket.accept(request.environ, FRAME_BYTES)
    try:
        with mine.visitors.enter(connection.interrupt) as visit:
            _converse(mine, connection, visit)
            connection.close(CloseReason.GOING_AWAY, "" if visit.is_over else "nothing has come for too long")
    except (BusyError, NotReadyError) as error:
        retry_s = error.retry_after_s if isinstance(error, BusyError) else NOT_READY_RETRY_S
        connection.send(_text({**_refusal(mine, error), "retry_after_s": retry_s}))
        connection.close(CloseReason.TRY_AGAIN_LATER, str(error))
    return Response()  # written to nobody: the connection is closed


@bp.post("/api/visits")
def enter() -> tuple[Response, int]:
    """A visit without a WebSocket: its id is known to nobody else, and it ends when nothing comes for some seconds."""
    mine = services()
    return jsonify(visit_json(mine, mine.visitors.enter())), 201


@bp.delete("/api/visits")
def leave() -> Response:
    """End a visit at once."""
    _visit().close()
    return Response(status=204)


@bp.post("/api/visits/frame")
def frame() -> Response:
    """The faces in one frame of a visit."""
    request.max_content_length = FRAME_BYTES
    visit = _visit()
    data = request.get_data(cache=False)
    return jsonify(outcome_json(visit.see(lambda: read_frame(data)), "live", landmarks=True))


def read_frame(data: bytes) -> Pixels:
    """A frame's pixels; ImageError for anything but a JPEG of moderate size."""
    if data and not data.startswith(b"\xff\xd8"):
        raise ImageError("unsupported_format", "frames are taken as JPEG only")
    return decode_image(data, max_bytes=FRAME_BYTES, max_pixels=FRAME_PIXELS, max_scans=MOST_SCANS)


def _converse(mine: Services, connection: WebSocket, visit: Visit[FrameResult]) -> None:
    """Answer every message, until one side leaves; a frame that is refused or fails ends nothing."""
    complaints = Complaints(log)
    while not visit.is_over:
        try:
            message = connection.receive(mine.visitors.silence_s)
            if message is None:
                return
            answer = _answer(mine, visit, message)
        except FerError as error:
            answer = _refusal(mine, error)
        except Exception as bug:
            complaints.about("Analyzing a visitor's frame", bug)
            mine.metrics.count_error("internal_error")
            answer = {"error": error_json("internal_error", "the service failed at this frame; its log says why")}
        if not connection.send(_text(answer)):
            return


def _answer(mine: Services, visit: Visit[FrameResult], message: bytes | str) -> Json:
    if message == ASK_VISIT:
        return visit_json(mine, visit)
    if isinstance(message, str):
        raise ImageError("unsupported_format", "frames are taken as binary messages, not as text")
    return outcome_json(visit.see(lambda: read_frame(message)), "live", landmarks=True)


def visit_json(mine: Services, visit: Visit[FrameResult]) -> Json:
    """A visit's secret, by which its visitor can also have it recorded."""
    return {"visit": visit.id, "silence_s": mine.visitors.silence_s}


def _refusal(mine: Services, error: FerError) -> Json:
    code = code_of(error)
    mine.metrics.count_error(code)
    return {"error": error_json(code, str(error))}


def _visit() -> Visit[FrameResult]:
    return services().visitors.find(request.headers.get(VISIT_HEADER, ""))


def _text(answer: Json) -> str:
    return json.dumps(answer, separators=(",", ":"), allow_nan=False)
