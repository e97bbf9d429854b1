"""FFmpeg over a network camera: RTSP, MJPEG, HLS and files over HTTP, and never at another host than the given one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fer_web.errors import SourceError
from fer_web.sources.cost import MAX_PIXELS
from fer_web.sources.decoding import FORMATS
from fer_web.sources.given_host import MOST_REDIRECTS, followed, split
from fer_web.sources.http_request import Timeouts
from fer_web.sources.http_video import HttpVideo
from fer_web.sources.rtsp_relay import RtspRelay

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.error import FFmpegError

# What is read over HTTP besides files, and the sound tracks of playlists.
HTTP_FORMATS = f"{FORMATS},mpjpeg,mjpeg,jpeg_pipe,hls,aac,ac3,eac3,mp3,webvtt"
# By content type, where FFmpeg might not recognize it by its bytes.
_FORMATS_OF_KINDS = {
    "multipart/x-mixed-replace": "mpjpeg",
    "application/vnd.apple.mpegurl": "hls",
    "application/x-mpegurl": "hls",
    "audio/mpegurl": "hls",
    "audio/x-mpegurl": "hls",
}
# The frame rate of what is live is not waited for.
_OPTIONS = {"fpsprobesize": "0", "max_pixels": str(MAX_PIXELS)}
# Nothing is opened by FFmpeg itself: every part of a playlist is asked for here.
_HTTP_OPTIONS = {"protocol_whitelist": "none", "format_whitelist": HTTP_FORMATS, "http_persistent": "0"}
_HTTP_OPTIONS |= {"http_multiple": "0"}
_RTSP_OPTIONS = {"protocol_whitelist": "tcp", "format_whitelist": "rtsp", "rtsp_transport": "tcp"}

SILENT = "no answer in time"


@contextmanager
def open_network(url: str, timeouts: Timeouts, stop: threading.Event) -> Iterator[InputContainer]:
    """The container behind an address; SourceError, the rest of a sentence, without its secrets.

    `stop` ends every wait in a moment.
    """
    opened = _over_rtsp if split(url).scheme.lower().startswith("rtsp") else _over_http
    with opened(url, timeouts, stop) as container:
        yield container


@contextmanager
def _over_rtsp(url: str, timeouts: Timeouts, stop: threading.Event) -> Iterator[InputContainer]:
    for _ in range(MOST_REDIRECTS + 1):
        with _telling("no answer"):
            relay = RtspRelay(url, timeouts, stop)
        with relay:
            container = _opened_rtsp(relay, timeouts)
            if container is not None:
                with container:
                    yield container
                return
            url = followed(url, relay.redirect or "")
    raise SourceError("it redirects in circles")


def _opened_rtsp(relay: RtspRelay, timeouts: Timeouts) -> InputContainer | None:
    """None when the camera leads elsewhere."""
    import av

    try:
        with _telling("no video comes"):
            return av.open(
                relay.local_url, options={**_OPTIONS, **_RTSP_OPTIONS}, timeout=(timeouts.open_s, timeouts.read_s)
            )
    except SourceError:
        if relay.is_silent:  # FFmpeg saw no more than a connection that ended
            raise SourceError(SILENT) from None
        if relay.redirect is None:
            raise
        return None


@contextmanager
def _over_http(url: str, timeouts: Timeouts, stop: threading.Event) -> Iterator[InputContainer]:
    import av

    with _telling("no answer"):
        video = HttpVideo(url, timeouts, stop)
    try:
        with _telling("not a video"):
            container = av.open(
                video,
                "r",
                format=_FORMATS_OF_KINDS.get(video.kind),
                options={**_OPTIONS, **_HTTP_OPTIONS},
                timeout=(timeouts.open_s, timeouts.read_s),
                io_open=_opening_parts(video.url, timeouts, stop),
            )
        with container:
            yield container
    finally:
        video.close()


def _opening_parts(url: str, timeouts: Timeouts, stop: threading.Event) -> Callable[..., HttpVideo]:
    """Opens what a playlist at `url` refers to."""

    def open_part(part: str, _: int, options: Mapping[str, str]) -> HttpVideo:
        if part.startswith("crypto"):
            raise SourceError("its video is encrypted, which cannot be read")
        first, end = int(options.get("offset", 0)), int(options.get("end_offset", 0))
        byte_range = (first, end or None) if first or end else None
        return HttpVideo(followed(url, part), timeouts, stop, byte_range)

    return open_part


@contextmanager
def _telling(otherwise: str) -> Iterator[None]:
    """Turns what FFmpeg and the network say into the rest of a sentence; the errors themselves quote addresses."""
    from av.error import FFmpegError

    try:
        yield
    except SourceError:
        raise
    except FFmpegError as error:
        raise SourceError(_reason(error, otherwise)) from None
    except OSError as error:
        raise SourceError(f"no answer ({str(error.strerror or 'the connection broke').lower()})") from None


def _reason(error: FFmpegError, otherwise: str) -> str:
    from av import error as errors

    if isinstance(error, errors.HTTPUnauthorizedError | errors.HTTPForbiddenError):
        return "wrong credentials"
    if isinstance(error, errors.HTTPNotFoundError):
        return "there is no video at this address (it answers 404)"
    if isinstance(error, TimeoutError | errors.ExitError):
        return SILENT
    return otherwise
