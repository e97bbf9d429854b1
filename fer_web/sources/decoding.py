"""FFmpeg over one file: its frames in the order of display, past whatever of it is damaged."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_web.errors import SourceError

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

# FFmpeg's names of the containers that hold their pictures themselves; no playlist is among them.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,flv,ogg,asf,mpeg,mpegvideo,mpegts,h264,hevc,yuv4mpegpipe,ivf,wav"
)
# Of these, FFmpeg works the length out from the file's size or last time stamp: it announces none that could be missed.
WITHOUT_LENGTH = frozenset({"mpeg", "mpegts", "mpegvideo", "h264", "hevc", "yuv4mpegpipe"})
# Failed reads after which nothing more is expected.
MOST_FAILURES = 20
MICROSECONDS = 1_000_000


def open_container(path: Path) -> InputContainer:
    """FFmpeg's view of a checked file, which may open no other file and no address; SourceError."""
    import av
    from av.error import FFmpegError

    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    try:
        return av.open(str(path), options=options, metadata_errors="replace")
    except (FFmpegError, OSError) as error:
        reason = str(error.strerror or error).lower()
        raise SourceError(
            f"{path.name} holds no picture that can be decoded ({reason}); is the file complete?"
        ) from error


class Decoding:
    """An open file and its first picture track; belongs to one thread. SourceError when it has none.

    `on_fault` is called for everything that cannot be read or decoded. `decoders` is the number of decoding threads, 0
    for one a processor.
    """

    def __init__(self, path: Path, decoders: int = 0, on_fault: Callable[[], None] = lambda: None) -> None:
        self.container = open_container(path)
        self._on_fault = on_fault
        streams = [stream for stream in self.container.streams.video if not _is_cover(stream)]
        if not streams:
            self.close()
            raise SourceError(f"{path.name} holds sound but no moving pictures; give a video")
        self.stream = streams[0]
        self.stream.thread_type = "AUTO"
        self.stream.thread_count = decoders
        self.heard_until_s = 0.0  # where the sound ends that has come by so far

    @property
    def announced_s(self) -> float | None:
        """The pictures' own length if the file tells it, else that of its longest track."""
        if self.stream.duration is not None and self.stream.time_base is not None:
            return float(self.stream.duration * self.stream.time_base)
        return None if self.container.duration is None else self.container.duration / MICROSECONDS

    @property
    def says_its_length(self) -> bool:
        """Whether `announced_s` comes from the file's head, so that a file that ends before it was cut off."""
        return self.container.format.name not in WITHOUT_LENGTH

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
            except FFmpegError:
                self._on_fault()
            yield from frames

    def close(self) -> None:
        self.container.close()

    def _packets(self) -> Iterator[Packet[Any]]:
        """Of the pictures, and of the sound because it shows how long the file goes on."""
        from av.error import FFmpegError

        for _ in range(MOST_FAILURES):
            with suppress(FFmpegError, OSError):  # the iterator has ended with it; the next one goes on behind it
                yield from self.container.demux(self.stream, *self.container.streams.audio)
                return
            self._on_fault()

    def _hear(self, packet: Packet[Any]) -> None:
        if packet.pts is not None:
            self.heard_until_s = float(Fraction(packet.pts + (packet.duration or 0)) * packet.time_base)


def stamp_of(frame: VideoFrame) -> float | None:
    """When a frame is shown, in the file's own time; None when the file does not say."""
    return None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)


def _is_cover(stream: VideoStream) -> bool:
    """Whether it is the picture on a music file's sleeve."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)
