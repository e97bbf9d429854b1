"""The live picture: as a stream of JPEGs and as one of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, request

from fer_web.errors import RequestError, SourceError
from fer_web.live import EncodedImage
from fer_web.vision.overlays import DEFAULT_OVERLAYS, Overlay, parse_overlays
from fer_web.web.http.services import services
from fer_web.web.streaming.paced_response import endless_answer

bp = Blueprint("stream", __name__)

BOUNDARY = "frame"
DELIMITER = f"--{BOUNDARY}\r\n".encode()
# How long a snapshot waits for a camera to open and for its first picture.
SNAPSHOT_S = 8.0


@bp.get("/stream")
def stream() -> Response:
    """Annotated JPEGs, one after the other, for an <img>."""
    hub = services().hub
    viewing = hub.pictures(_overlays(), _max_fps())
    content_type = f"multipart/x-mixed-replace; boundary={BOUNDARY}"
    return endless_answer(multipart(viewing), content_type, is_over=lambda: hub.is_closed, leave=viewing.close)


@bp.get("/snapshot.jpg")
def snapshot() -> Response:
    """The newest annotated JPEG."""
    jpeg = services().hub.snapshot(_overlays(), SNAPSHOT_S)
    if jpeg is None:
        raise SourceError(f"the source gave no picture within {SNAPSHOT_S:.0f} s")
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


def _overlays() -> frozenset[Overlay]:
    text = request.args.get("overlay")
    if text is None:
        return DEFAULT_OVERLAYS
    try:
        return parse_overlays(text)
    except ValueError as error:
        raise RequestError("bad_parameter", str(error)) from error


def _max_fps() -> float | None:
    text = request.args.get("fps")
    if text is None:
        return None
    try:
        fps = float(text)
    except ValueError:
        fps = math.nan
    if not 0 < fps <= 1000:
        raise RequestError("bad_parameter", f"fps must be a number above 0 and up to 1000, not {text!r}")
    return fps
