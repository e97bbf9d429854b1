"""Network cameras: RTSP, MJPEG over HTTP, and whatever else FFmpeg reads from an address."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from fer_web.errors import SourceError, SourceLost
from fer_web.sources.address import Address, masked, scheme_of
from fer_web.sources.cost import MAX_PIXELS
from fer_web.sources.credentials import with_encoded_credentials
from fer_web.sources.decoding import Decoding, best_track, moving_tracks, stamp_of
from fer_web.sources.drivers.driver import OpenOptions, SourceDriver
from fer_web.sources.grabber import GrabbedImage
from fer_web.sources.http_request import Timeouts
from fer_web.sources.network_container import open_network
from fer_web.sources.pace import Pace
from fer_web.sources.upright import Upright

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

SCHEMES = ("rtsp", "rtsps", "http", "https")


def stream(
    url: str, label: str, open_timeout_s: float, read_timeout_s: float, stop: threading.Event
) -> Iterator[GrabbedImage]:
    """Pictures of a live stream as they arrive; a finished recording behind the address at its own speed."""
    is_open = False
    try:
        with open_network(url, Timeouts(open_timeout_s, read_timeout_s), stop) as container:
            for picture in _pictures(container, stop):
                is_open = True
                yield picture
    except SourceError as error:
        if stop.is_set():
            return
        if not is_open:
            raise SourceError(f"{label} cannot be opened: {error}") from None
        raise SourceLost(f"{label} is lost: {error}") from None
    if not stop.is_set():
        raise (SourceLost if is_open else SourceError)(f"{label} ended or stopped answering")


def _pictures(container: InputContainer, stop: threading.Event) -> Iterator[GrabbedImage]:
    track = _track(container)
    # A thread more would keep back a frame more.
    decoding = Decoding(container, track, decoders=1, most_failures=1, with_sound=False)
    pace = Pace(stop) if _has_own_pace(container, track) else None
    upright, opened_s = Upright(track), time.monotonic()
    for frame in decoding.frames():
        if stop.is_set():
            return
        stamp_s = stamp_of(frame)
        if pace and stamp_s is not None:
            pace.wait_until(stamp_s)
        yield GrabbedImage(time.monotonic() - opened_s, upright.pixels(frame))


def _track(container: InputContainer) -> VideoStream:
    """The track to show; whatever else is sent is thrown away unread."""
    from av.stream import Discard

    candidates = moving_tracks(container)
    if not candidates:
        raise SourceError("it sends no video")
    track = best_track(container, candidates)
    if track.width * track.height > MAX_PIXELS:
        raise SourceError(f"it has more than {MAX_PIXELS:,} pixels per frame, which is not supported")
    for other in container.streams:
        if other.index != track.index:
            other.discard = Discard.all
    return track


def _has_own_pace(container: InputContainer, track: VideoStream) -> bool:
    """Whether it comes faster than it is to be shown: a recording, or a live playlist's parts of a few seconds."""
    return container.duration is not None or track.frames > 0 or container.format.name == "hls"


def _read(uri: str) -> Address | None:
    scheme = scheme_of(uri)
    if scheme not in SCHEMES:
        return None
    if not re.match(r"://[^/?#]", uri[len(scheme) :]):
        raise SourceError(f"the stream's address needs a host, for example {scheme}://camera/stream")
    return Address("stream", with_encoded_credentials(uri), masked(uri))


def _drive(address: Address, options: OpenOptions, stop: threading.Event) -> Iterator[GrabbedImage]:
    return stream(address.target, address.label, options.open_timeout_s, options.read_timeout_s, stop)


STREAM = SourceDriver(
    "stream",
    ("rtsp://camera/stream", "http://camera/video.mjpg"),
    "a network camera over RTSP or HTTP, encrypted or not: `rtsp://`, `rtsps://`, `http://`, `https://`",
    _read,
    _drive,
)
