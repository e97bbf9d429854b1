"""Visitors' own cameras: their frames come by WebSocket, or by POST where there is none, and results go back.

Every visitor has tracks, smoothing and blink counts of their own. Frames are analyzed in memory and forgotten.
"""

from __future__ import annotations

import json
import logging

from flask import Blueprint, Response, request
from wsproto.frame_protocol import CloseReason

from fer_web.analysis.present import Json
from fer_web.core import FrameResult, Pixels
from fer_web.errors import BusyError, FerError, ImageError, NotReadyError, NoVisit, OneAtATime
from fer_web.live import Visit
from fer_web.live.pace import Complaints
from fer_web.sources import decode_image
from fer_web.web.api.models.faces import LiveFrameJson
from fer_web.web.api.models.visits import VISIT, VISIT_HEADER, VisitJson
from fer_web.web.api.uploads import DECODING_REFUSALS
from fer_web.web.http.errors import NOT_READY_RETRY_S, code_of, error_json
from fer_web.web.http.route import IMAGE, Body, Reply, route
from fer_web.web.http.services import Services, services
from fer_web.web.streaming.events import outcome_json
from fer_web.web.streaming.websocket import WebSocket

bp = Blueprint("visits", __name__)
log = logging.getLogger(__name__)

# A page sends 640 pixels on the longer side, about 50 kB; these leave room for other programs.
FRAME_BYTES = 500_000
FRAME_PIXELS = 1280 * 960
# Cameras' JPEGs have one scan, progressive ones about ten; each costs a pass over the whole picture.
MOST_SCANS = 12
# The text message that asks for the visit's id.
ASK_VISIT = "visit"


@route(
    bp,
    "/api/visits/socket",
    answers={101: Reply("The visit has begun.")},
    refuses=("bad_handshake",),
    websocket=True,
)
def camera_socket() -> Response:
    """A visit over a WebSocket: frames in, results back.

    Each binary message is a JPEG and is answered by one text message: a LiveFrame with landmarks, or an Error when that
    frame is refused. Send the next frame when the answer to the one before has come. The text message visit is answered
    by a Visit, whose id can start a recording. Without a place, or before the models are loaded, the only message is an
    Error with retry_after_s beside it, and the connection is closed with 1013. It is closed with 1001 when nothing
    comes for ten seconds, or when the service stops.
    """
    mine = services()
    connection = WebSocket.accept(request.environ, FRAME_BYTES)
    try:
        with mine.visitors.enter(connection.interrupt) as visit:
            _converse(mine, connection, visit)
            connection.close(CloseReason.GOING_AWAY, "" if visit.is_over else "no frame came for too long")
    except (BusyError, NotReadyError) as error:
        retry_s = error.retry_after_s if isinstance(error, BusyError) else NOT_READY_RETRY_S
        connection.send(_text({**_refusal(mine, error), "retry_after_s": retry_s}))
        connection.close(CloseReason.TRY_AGAIN_LATER, str(error))
    return Response()  # written to nobody: the connection is closed


@route(bp, "/api/visits", "POST", answers={201: Reply("Its id.", VisitJson)}, refuses=(BusyError, NotReadyError))
def enter() -> VisitJson:
    """Begin a visit without a WebSocket.

    It ends when it is deleted, or when no frame comes for silence_s seconds.
    """
    mine = services()
    return visit_json(mine, mine.visitors.enter())


@route(bp, "/api/visits", "DELETE", headers=(VISIT,), answers={204: Reply("It has ended.")}, refuses=(NoVisit,))
def leave() -> Response:
    """End a visit and forget its tracks."""
    _visit().close()
    return Response(status=204)


@route(
    bp,
    "/api/visits/frame",
    "POST",
    headers=(VISIT,),
    body=Body({"image/jpeg": IMAGE}),
    answers={200: Reply("The faces, with their landmarks.", LiveFrameJson)},
    refuses=(*DECODING_REFUSALS, NoVisit, OneAtATime, BusyError),
)
def visitor_frame() -> Json:
    """The faces in one frame of a visit.

    A JPEG of at most 500,000 bytes and 1,228,800 pixels. People are followed and their blinks counted over the frames
    of the visit; frames are dated as they arrive.
    """
    request.max_content_length = FRAME_BYTES
    visit = _visit()
    data = request.get_data(cache=False)
    return outcome_json(visit.see(lambda: read_frame(data)), "live", landmarks=True)


def read_frame(data: bytes) -> Pixels:
    """A frame's pixels; ImageError for anything but a JPEG of moderate size."""
    if data and not data.startswith(b"\xff\xd8"):
        raise ImageError("unsupported_format", "frames must be JPEG")
    return decode_image(data, max_bytes=FRAME_BYTES, max_pixels=FRAME_PIXELS, max_scans=MOST_SCANS)


def _converse(mine: Services, connection: WebSocket, visit: Visit[FrameResult]) -> None:
    """Reply every message, until one side leaves; a frame that is refused or fails ends nothing."""
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
            answer = {"error": error_json("internal_error", "the service failed to analyze this frame; see its log")}
        if not connection.send(_text(answer)):
            return


def _answer(mine: Services, visit: Visit[FrameResult], message: bytes | str) -> Json:
    if message == ASK_VISIT:
        return visit_json(mine, visit).model_dump()
    if isinstance(message, str):
        raise ImageError("unsupported_format", "frames must be binary messages, not text")
    return outcome_json(visit.see(lambda: read_frame(message)), "live", landmarks=True)


def visit_json(mine: Services, visit: Visit[FrameResult]) -> VisitJson:
    """A visit's secret, by which its visitor can also have it recorded."""
    return VisitJson(visit=visit.id, silence_s=mine.visitors.silence_s)


def _refusal(mine: Services, error: FerError) -> Json:
    code = code_of(error)
    mine.metrics.count_error(code)
    return {"error": error_json(code, str(error))}


def _visit() -> Visit[FrameResult]:
    return services().visitors.find(request.headers.get(VISIT_HEADER, ""))


def _text(answer: Json) -> str:
    return json.dumps(answer, separators=(",", ":"), allow_nan=False)
