"""A camera's picture: as a stream of JPEGs and as one of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Blueprint, Response

from fer_web.errors import BusyError, NoCamera, SourceError
from fer_web.live import EncodedImage
from fer_web.web.api.models.live import OverlayQuery, StreamQuery
from fer_web.web.http.route import IMAGE, Reply, route
from fer_web.web.http.services import services
from fer_web.web.streaming.paced_response import endless_answer

bp = Blueprint("stream", __name__)

BOUNDARY = "frame"
DELIMITER = f"--{BOUNDARY}\r\n".encode()
# How long a snapshot waits for a camera to open and for its first picture.
SNAPSHOT_S = 8.0
JPEGS = {200: Reply("JPEGs, for an <img>.", kind="multipart/x-mixed-replace")}
JPEG = {200: Reply("A JPEG.", kind="image/jpeg", schema=IMAGE)}


@route(
    bp,
    "/cameras/<name>/stream",
    query=StreamQuery,
    answers=JPEGS,
    refuses=(BusyError, NoCamera),
    operation="camera_stream",
)
@route(bp, "/stream", query=StreamQuery, answers=JPEGS, refuses=(BusyError,))
def stream(query: StreamQuery, name: str | None = None) -> Response:
    """A camera's picture with its faces marked, as an endless series of JPEGs.

    Without a name, the first camera is meant.
    """
    camera = services().cameras.get(name)
    viewing = camera.pictures(query.view, query.fps)
    content_type = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
    return endless_answer(multipart(viewing), content_type, is_over=lambda: camera.is_closed, leave=viewing.close)


@route(
    bp,
    "/cameras/<name>/snapshot.jpg",
    query=OverlayQuery,
    answers=JPEG,
    refuses=(BusyError, SourceError, NoCamera),
    operation="camera_snapshot",
)
@route(bp, "/snapshot.jpg", query=OverlayQuery, answers=JPEG, refuses=(BusyError, SourceError))
def snapshot(query: OverlayQuery, name: str | None = None) -> Response:
    """A camera's newest picture with its faces marked.

    Without a name, the first camera is meant.
    """
    jpeg = services().cameras.get(name).snapshot(query.view, SNAPSHOT_S)
    if jpeg is None:
        raise SourceError(f"the source delivered no frame within {SNAPSHOT_S:.0f} s")
    return Response(jpeg, mimetype="image/jpeg", headers={"Cache-Control": "no-store"})


def multipart(pictures: Iterable[EncodedImage | None]) -> Iterator[bytes]:
    """One message a picture, which ends with the next one's delimiter: browsers show a part once they see that."""
    is_first = True
    for picture in pictures:
        if picture is None:
            yield b"\r\n"  # an empty preamble: only a write shows whether somebody still reads
            continue
        head = f"Content-Type: image/jpeg\r\nContent-Length: {len(picture.jpeg)}\r\n\r\n".encode()
        yield b"".join((DELIMITER if is_first else b"", head, picture.jpeg, b"\r\n", DELIMITER))
        is_first = False
