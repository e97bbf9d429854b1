"""A camera's picture as H.264 in fragmented MP4, which browsers play through Media Source Extensions."""

from __future__ import annotations

from flask import Blueprint, Response

from fer_web.errors import BusyError, NoCamera, NoEncoder
from fer_web.web.api.models.live import OverlayQuery
from fer_web.web.http.route import BYTES, Reply, route
from fer_web.web.http.services import services
from fer_web.web.streaming.paced_response import endless_answer

bp = Blueprint("mp4", __name__)

MP4 = {200: Reply("Fragmented MP4 without an end.", kind="video/mp4", schema=BYTES)}


@route(
    bp,
    "/cameras/<name>/stream.mp4",
    query=OverlayQuery,
    answers=MP4,
    refuses=(BusyError, NoCamera, NoEncoder),
    operation="camera_video",
)
@route(bp, "/stream.mp4", query=OverlayQuery, answers=MP4, refuses=(BusyError, NoEncoder), operation="video")
def video(query: OverlayQuery, name: str | None = None) -> Response:
    """A camera's picture with its faces marked, as H.264: some tenth of the bytes that JPEGs take.

    Without a name, the first camera is meant. It begins with a picture that needs no other; where a camera changes its
    picture's size, another beginning (ftyp, moov) follows in the stream.
    """
    camera = services().cameras.get(name)
    viewing = camera.video(query.view)
    return endless_answer(viewing, "video/mp4", is_over=lambda: camera.is_closed, leave=viewing.close)
