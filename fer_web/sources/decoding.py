"""FFmpeg over one container: the frames of its video track in the order of display, past whatever of it is damaged."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_web.core.text import shown_path
from fer_web.errors import SourceError
from fer_web.sources.announced import MICROSECONDS
from fer_web.sources.cost import MAX_PIXELS
from fer_web.sources.memory import is_crash

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.error import FFmpegError
    from av.video.stream import VideoStream

# FFmpeg's names of the containers that hold their frames themselves; no playlist is among them.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,apng,flv,ogg,asf,mpeg,mpegvideo,mpegts,h264,hevc,yuv4mpegpipe,ivf,"
    "wav"
)
# Failed reads after which nothing more is expected.
MOST_FAILURES = 20
# Among so many packets a track that moves has more than one.
LOOKED_AT_PACKETS = 200
# What decoding threads may hold: each keeps a frame of its own, of about 4 bytes a pixel with what it refers to.
DECODING_BYTES, DECODING_BYTES_PER_PX = 400_000_000, 4


def open_container(path: Path) -> InputContainer:
    """FFmpeg's view of a checked file, which may open no other file and no address; SourceError."""
    import av
    from av.error import FFmpegError

    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS, "max_pixels": str(MAX_PIXELS)}
    try:
        return av.open(str(path), options=options, metadata_errors="replace")
    except (FFmpegError, OSError) as error:
        reason = str(error.strerror or error).lower()
        raise SourceError(
            f"{shown_path(path.name)} contains no frame that can be decoded ({reason}); is the file complete?"
        ) from error


def open_video(path: Path) -> tuple[InputContainer, VideoStream]:
    """A file and its video track; SourceError when it has none."""
    container = open_container(path)
    try:
        candidates = moving_tracks(container)
        if not candidates:
            raise SourceError(_why_nothing_moves(shown_path(path.name), container))
        stream = best_track(container, candidates)
        if len(candidates) > 1 and (moving := _first_to_move(container, candidates, stream)) is not None:
            container.close()  # what was looked at is read again
            container = open_container(path)
            stream = next(track for track in container.streams.video if track.index == moving)
    except BaseException:
        container.close()
        raise
    return container, stream


def _why_nothing_moves(name: str, container: InputContainer) -> str:
    if any(track.codec_context is None for track in container.streams.video):
        return f"{name} uses an unknown codec or is damaged; convert it to H.264 in MP4"
    return f"{name} contains sound but no video; choose a video file"


def moving_tracks(container: InputContainer) -> list[VideoStream]:
    """The video tracks that are not known to be a single image: a music file's sleeve, a thumbnail, a still.

    Nor those of a codec that this FFmpeg does not know, as damage makes of any.
    """
    from av.stream import Disposition

    images = Disposition.attached_pic | Disposition.timed_thumbnails | Disposition.still_image
    known = [track for track in container.streams.video if track.codec_context is not None]
    tracks = [track for track in known if not track.disposition & images]
    return [track for track in tracks if track.frames != 1] or tracks


def best_track(container: InputContainer, candidates: list[VideoStream]) -> VideoStream:
    """The one that FFmpeg calls the best, if it is a candidate."""
    best = container.streams.best("video")
    return next((track for track in candidates if best is not None and track.index == best.index), candidates[0])


def _first_to_move(container: InputContainer, candidates: list[VideoStream], best: VideoStream) -> int | None:
    """Reads on until `best` is known to move: None. If others do before, the index of the one with most packets."""
    from av.error import FFmpegError

    counted: Counter[int] = Counter()
    with suppress(FFmpegError, OSError):
        for _, packet in zip(range(LOOKED_AT_PACKETS), container.demux(candidates), strict=False):
            counted[packet.stream.index] += packet.size > 0
            if counted[best.index] > 1:
                break
    index, most = max(counted.items(), key=lambda item: item[1], default=(best.index, 0))
    return index if index != best.index and counted[best.index] <= 1 < most else best.index


class Decoding:
    """The video track of an open container, which it closes; belongs to one thread.

    `on_fault` is called for everything that cannot be read or decoded. `decoders` is the number of decoding threads, 0
    for one a processor; large frames get fewer. After `most_failures` failed reads the track is over.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        *,
        decoders: int = 0,
        most_failures: int = MOST_FAILURES,
        with_sound: bool = True,
        on_fault: Callable[[], None] = lambda: None,
    ) -> None:
        self.container, self.stream = container, stream
        self._on_fault, self._most_failures = on_fault, most_failures
        self._tracks = (stream, *(container.streams.audio if with_sound else ()))
        stream.thread_type = "AUTO"
        stream.thread_count = _threads(stream, decoders)
        stream.codec_context.options = {"max_pixels": str(MAX_PIXELS)}
        self.crash: FFmpegError | None = None  # the last failure for want of memory, as far as can be told
        self.heard_until_s = 0.0  # where the sound ends that has come by so far

    def seek(self, stamp_s: float) -> bool:
        """Whether the next frame is one that can be decoded alone, at `stamp_s` or some time before."""
        from av.error import FFmpegError

        try:
            self.container.seek(math.floor(stamp_s * MICROSECONDS), backward=True)
        except (FFmpegError, OverflowError):
            return False
        return True

    def frames(self) -> Iterator[VideoFrame]:
        """To the end of what can be decoded."""
        from av.error import FFmpegError

        for packet in self._packets():
            if packet.stream.index != self.stream.index:
                self._hear(packet)
                continue
            frames: list[VideoFrame] = []
            try:
                frames = packet.decode()
            except FFmpegError as error:
                self.crash = error if is_crash(error) else self.crash
                self._on_fault()
            yield from frames

    def close(self) -> None:
        self.container.close()

    def _packets(self) -> Iterator[Packet[Any]]:
        """Of the video, and of the sound where that is to show how long the file goes on."""
        from av.error import FFmpegError

        for _ in range(self._most_failures):
            with suppress(FFmpegError, OSError):  # the iterator has ended with it; the next one goes on behind it
                yield from self.container.demux(*self._tracks)
                return
            self._on_fault()

    def _hear(self, packet: Packet[Any]) -> None:
        if packet.pts is not None:
            self.heard_until_s = float(Fraction(packet.pts + (packet.duration or 0)) * packet.time_base)


def stamp_of(frame: VideoFrame) -> float | None:
    """When a frame is shown, in the file's own time; None when the file does not say."""
    return None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)


def length_of(frame: VideoFrame) -> float | None:
    """How long a frame is shown; None when the file does not say."""
    return float(frame.duration * frame.time_base) if frame.duration > 0 and frame.time_base is not None else None


def _threads(stream: VideoStream, wanted: int) -> int:
    frame_bytes = max(1, stream.width * stream.height * DECODING_BYTES_PER_PX)
    return max(1, min(wanted or os.cpu_count() or 1, DECODING_BYTES // frame_bytes))
