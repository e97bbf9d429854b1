"""The annotated copy of a video: drawn pictures as H.264, with the original's sound, in an MP4 that browsers play.

While the analysis runs, the pictures go to a file beside the copy, a transport stream: what was written up to a moment
can be kept, and more be appended later, also by another process. The MP4 is put together from it at the end.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from fer_web.analysis.sound import AudioTrack, open_sound
from fer_web.core import Pixels
from fer_web.errors import VideoError
from fer_web.sources.decoding import open_container
from fer_web.sources.h264 import BT709, YuvPictures, find_encoder
from fer_web.sources.video_reader import VideoFacts, VideoReader

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer, OutputContainer
    from av.video.stream import VideoStream

# x264: about the size of a phone's recording, at a pace that keeps up with the analysis. Without B-pictures the pieces
# can be joined without regard to their order of decoding.
X264_OPTIONS = {"preset": "veryfast", "crf": "22", "bf": "0"}
OTHER_BITS_PER_PIXEL = 0.15  # encoders without a constant quality
TIME_BASE = Fraction(1, 90_000)
SLOWEST_FPS = Fraction(1, 1001)
# A transport stream counts to 2 ** 33 ticks, from a second or two on, and its last minute is taken for its first one's.
LONGEST_PICTURE_TICKS = 2**31 - 1  # in an MP4
LONGEST_S = float(2**33 * TIME_BASE - 120)


def drawn_path(path: Path) -> Path:
    """Where the drawn pictures lie until the copy at `path` is complete."""
    return path.with_name(f"{path.name}.ts")


def unfinished_path(path: Path) -> Path:
    """Where the copy at `path` is put together."""
    return path.with_name(f"{path.name}.part")


class DrawnPictures:
    """The drawn pictures so far; belongs to one thread.

    `kept_bytes` is how much of an earlier analysis' file is to be gone on from; whatever lies behind it is dropped.
    """

    def __init__(self, path: Path, facts: VideoFacts, kept_bytes: int = 0) -> None:
        self.path = drawn_path(path)
        self._facts = facts
        self._encoder = find_encoder("an annotated copy")
        self._file = self._opened(kept_bytes)
        self._piece: _Segment | None = None
        self._ticks = -1  # the last picture's time, of TIME_BASE

    def append(self, pixels: Pixels, time_s: float) -> None:
        """One more picture, (H, W, 3) RGB, later than the one before. VideoError when it is too late for a copy."""
        if time_s > LONGEST_S:
            raise VideoError(f"it can last {LONGEST_S / 3600:.1f} hours, and the video is longer")
        ticks = max(self._ticks + 1, round(time_s / TIME_BASE))  # two pictures never share one
        if self._ticks >= 0 and ticks - self._ticks > LONGEST_PICTURE_TICKS:
            raise VideoError("a frame of the video lasts more than six hours")
        if self._piece is None:
            self._piece = _Segment(self._file, self._encoder, self._facts)
        self._piece.append(pixels, ticks)
        self._ticks = ticks

    def keep(self) -> int:
        """The size of the file, with every picture so far in it."""
        if self._piece is not None:
            self._piece.close()
            self._piece = None
            self._file.flush()
        return self._file.tell()

    def close(self) -> None:
        """Lets go of the file; pictures that were not kept are lost."""
        if self._piece is not None:
            self._piece.drop()
            self._piece = None
        self._file.close()

    def discard(self) -> None:
        self.close()
        self.path.unlink(missing_ok=True)

    def _opened(self, kept_bytes: int) -> BinaryIO:
        file = self.path.open("r+b" if kept_bytes else "wb")
        file.truncate(kept_bytes)
        file.seek(kept_bytes)
        return file

    def __enter__(self) -> DrawnPictures:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Segment:
    """Pictures between two moments that are kept: an encoder and a transport stream of their own."""

    def __init__(self, file: BinaryIO, encoder: str, facts: VideoFacts) -> None:
        import av

        self._pictures = YuvPictures(facts.size)
        width, height = self._pictures.size
        # It sees only this file's writing: a muxer that could seek would go back to the file's beginning.
        self._container: OutputContainer = av.open(_Appending(file), "w", format="mpegts")
        rate = max(SLOWEST_FPS, Fraction(facts.fps).limit_denominator(SLOWEST_FPS.denominator))
        stream = self._container.add_stream(encoder, rate=rate, width=width, height=height)
        self._stream = cast("VideoStream", stream)
        self._stream.pix_fmt = "yuv420p"
        context = self._stream.codec_context
        context.time_base = TIME_BASE
        context.colorspace = context.color_primaries = context.color_trc = context.color_range = BT709
        if encoder == "libx264":
            self._stream.options = dict(X264_OPTIONS)
        else:
            context.bit_rate = round(width * height * facts.fps * OTHER_BITS_PER_PIXEL)

    def append(self, pixels: Pixels, ticks: int) -> None:
        frame = self._pictures.of(pixels)
        frame.pts, frame.time_base = ticks, TIME_BASE
        self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def drop(self) -> None:
        self._container.close()


class _Appending:
    """A file as FFmpeg may use it: for writing at its end."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def write(self, data: bytes) -> int:
        return self._file.write(data)


def write_copy(drawn: DrawnPictures, source: VideoReader, path: Path) -> None:
    """Join the drawn pictures and the sound of `source` to an MP4 at `path`, which plays while it is still loading.

    The file appears when it is complete.
    """
    import av

    unfinished = unfinished_path(path)
    with (
        open_container(drawn.path) as pictures,
        open_sound(source.path, source.zero_s, source.duration_s) as sound,
        av.open(str(unfinished), "w", format="mp4", options={"movflags": "+faststart"}) as output,
    ):
        _join(pictures, sound, output, source.duration_s)
    unfinished.replace(path)
    drawn.discard()


def _join(pictures: InputContainer, sound: AudioTrack | None, output: OutputContainer, end_s: float) -> None:
    stream = output.add_stream_from_template(pictures.streams.video[0], opaque=True)
    sound_packets = sound.packets(output) if sound else iter(())
    # In the order of time, so that neither has to be kept in memory until the other one comes.
    for packet in heapq.merge(_shifted(pictures, stream, end_s), sound_packets, key=_time_of):
        output.mux_one(packet)


def _shifted(pictures: InputContainer, stream: VideoStream, end_s: float) -> Iterator[Packet[Any]]:
    """The packets as they were encoded, from time 0: a transport stream begins later than its first picture.

    Each lasts until the next one; the last one until `end_s`, which nothing else would tell.
    """
    waiting: Packet[Any] | None = None
    zero, last = None, 0
    for packet in pictures.demux(pictures.streams.video[0]):
        if packet.pts is None:
            continue
        zero = packet.pts if zero is None else zero
        packet.pts = packet.dts = ticks = packet.pts - zero
        packet.stream = stream
        if waiting is not None:
            waiting.duration = ticks - last
            yield waiting
        waiting, last = packet, ticks
    if waiting is not None:
        waiting.duration = min(LONGEST_PICTURE_TICKS, max(1, round(end_s / waiting.time_base) - last))
        yield waiting


def _time_of(packet: Packet[Any]) -> Fraction:
    return Fraction(packet.dts if packet.dts is not None else packet.pts or 0) * packet.time_base
