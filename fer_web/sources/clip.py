"""A video file read once, as fast as it can be decoded: upright pictures with their times, and where it is damaged."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

from fer_web.core import Pixels, Size
from fer_web.errors import SourceError
from fer_web.sources.video_file import check_video, plausible_fps

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

# FFmpeg's names of the containers that hold their pictures themselves; no playlist is among them.
FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,gif,flv,ogg,asf,mpeg,mpegvideo,mpegts,h264,hevc,yuv4mpegpipe,ivf,wav"
)
# A file that ends this much before its announced end was cut off; less is how containers round.
CUT_SHORT_S, CUT_SHORT_SHARE = 1.0, 0.02
# Failed reads in a row after which nothing more is expected.
MOST_FAILURES = 20
# Pixels that are not square are made so; beyond this the number is an error.
WIDEST_PIXEL = 4.0
_EARLIEST_YEAR = 1990  # cameras whose clock was never set say 1904 or 1970


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a video says about itself: `size` is upright with square pixels, `duration_s` None when it does not say.

    `fps` is the mean, which a file of varying frame rate need not keep to.
    """

    size: Size
    fps: float
    duration_s: float | None
    has_sound: bool
    recorded_at: datetime | None


class ClipPicture:
    """A decoded picture at `time_s` after the first one; `pixels()` converts it, which those not needed are spared."""

    def __init__(self, time_s: float, frame: VideoFrame, clip: Clip) -> None:
        self.time_s, self._frame, self._clip = time_s, frame, clip

    def pixels(self) -> Pixels:
        """(H, W, 3) RGB of the clip's size."""
        return self._clip.convert(self._frame)


def probe_video(path: Path) -> VideoFacts:
    """The facts of a video whose first picture can be decoded; SourceError for anything else."""
    with Clip(path) as clip:
        return clip.facts


class Clip:
    """An open video file; belongs to one thread at a time. SourceError when no picture of it can be decoded.

    `trouble` tells, once `pictures` has ended, where and how the file is damaged. `decoders` is the number of decoding
    threads, 0 for one a processor.
    """

    def __init__(self, path: Path, decoders: int = 0) -> None:
        self.path = check_video(path)
        self._decoders = decoders
        self._damaged, self._damaged_s = 0, 0.0
        self._time_s, self._end_s = 0.0, 0.0
        self._container, self._stream = self._open()
        try:
            self._first = self._first_picture()
            self._turns = round(self._first.rotation / 90) % 4  # counterclockwise
            self.zero_s = _stamp_s(self._first) or 0.0
            self.facts = self._facts()
        except BaseException:
            self.close()
            raise

    def pictures(self, after_s: float | None = None) -> Iterator[ClipPicture]:
        """Every picture later than `after_s`, in the order of growing times; damaged parts are passed over."""
        step_s = 1 / self.facts.fps
        frames = self._all_frames() if after_s is None else self._frames_from(after_s)
        for frame in frames:
            stamp_s = _stamp_s(frame)
            due_s = self._time_s + step_s if stamp_s is None else stamp_s - self.zero_s
            self._time_s = due_s if due_s > self._time_s else self._time_s + step_s
            self._end_s = max(self._end_s, self._time_s + step_s)
            if frame.is_corrupt:
                self._note_damage()
            if after_s is None or self._time_s > after_s + 1e-6:
                yield ClipPicture(self._time_s, frame, self)

    @property
    def duration_s(self) -> float:
        """How long the pictures that were read last, the last one's own time included."""
        return max(0.0, self._time_s + 1 / self.facts.fps)

    @property
    def trouble(self) -> str | None:
        """Where the file is damaged or cut off, as a sentence; None when it was read without a fault."""
        said = []
        announced_s = self._announced_s()
        if announced_s is not None and announced_s - self._end_s > max(CUT_SHORT_S, CUT_SHORT_SHARE * announced_s):
            said.append(
                f"The file breaks off at {self._end_s:.1f} s of the {announced_s:.1f} s that it announces: "
                "it was cut short or is damaged."
            )
        if self._damaged:
            many = "1 place is" if self._damaged == 1 else f"{self._damaged} places are"
            said.append(f"{many} damaged, the first one at {self._damaged_s:.1f} s; what could be read is here.")
        return " ".join(said) or None

    def convert(self, frame: VideoFrame) -> Pixels:
        """A frame as upright RGB of the clip's size, whatever its own."""
        width, height = self.facts.size if self._turns % 2 == 0 else self.facts.size[::-1]
        rgb = self._reformatter.reformat(frame, width=width, height=height, format="rgb24", interpolation="BILINEAR")
        pixels = np.asarray(rgb.to_ndarray(), np.uint8)
        return np.ascontiguousarray(np.rot90(pixels, self._turns)) if self._turns else pixels

    def close(self) -> None:
        self._container.close()

    def __enter__(self) -> Clip:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> tuple[InputContainer, VideoStream]:
        from av.video.reformatter import VideoReformatter

        container = open_container(self.path)
        streams = [stream for stream in container.streams.video if not _is_cover(stream)]
        if not streams:
            container.close()
            raise SourceError(f"{self.path.name} holds sound but no pictures; give a video")
        stream = streams[0]
        stream.thread_type = "AUTO"  # type: ignore[assignment]  # av takes names
        stream.thread_count = self._decoders
        self._reformatter = VideoReformatter()
        return container, stream

    def _first_picture(self) -> VideoFrame:
        from fer_web.sources.opencv import MAX_PIXELS

        if self._stream.width * self._stream.height > MAX_PIXELS:
            raise SourceError(f"{self.path.name} has more than {MAX_PIXELS:,} pixels a picture, which is not taken")
        first = next(self._frames(), None)
        if first is None:
            raise SourceError(f"{self.path.name} holds no picture that can be decoded; is the file complete?")
        return first

    def _facts(self) -> VideoFacts:
        stream = self._stream
        pixel = float(stream.sample_aspect_ratio or 1)
        pixel = pixel if 1 / WIDEST_PIXEL <= pixel <= WIDEST_PIXEL else 1.0
        size = (max(1, round(self._first.width * pixel)), self._first.height)
        fps = plausible_fps(float(stream.average_rate or stream.guessed_rate or 0))
        has_sound = bool(self._container.streams.audio)
        return VideoFacts(
            size[:: -1 if self._turns % 2 else 1], fps, self._announced_s(), has_sound, self._recorded_at()
        )

    def _announced_s(self) -> float | None:
        """The pictures' own length if the file tells it, else that of the longest stream."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        return None if self._container.duration is None else self._container.duration / 1_000_000

    def _recorded_at(self) -> datetime | None:
        try:
            when = datetime.fromisoformat(self._container.metadata.get("creation_time", "").replace("Z", "+00:00"))
        except ValueError:
            return None
        when = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
        return when if when.year >= _EARLIEST_YEAR else None

    def _all_frames(self) -> Iterator[VideoFrame]:
        """From the first one, which was decoded when the file was opened."""
        self._reopen()
        yield from self._frames()

    def _frames_from(self, after_s: float) -> Iterator[VideoFrame]:
        """From a picture at or before `after_s`; from the first one where a file cannot be entered in its middle."""
        frames = self._sought(after_s)
        first = next(frames, None) if frames else None
        stamp_s = None if first is None else _stamp_s(first)
        if frames is None or first is None or stamp_s is None or stamp_s - self.zero_s > after_s:
            yield from self._all_frames()
            return
        yield first
        yield from frames

    def _sought(self, after_s: float) -> Iterator[VideoFrame] | None:
        from av.error import FFmpegError

        self._reopen()
        try:
            self._container.seek(math.floor((self.zero_s + after_s) * 1_000_000), backward=True)
        except (FFmpegError, OverflowError):
            return None
        self._time_s = -math.inf
        return self._frames()

    def _reopen(self) -> None:
        self._container.close()
        self._container, self._stream = self._open()
        self._damaged, self._time_s = 0, -1 / self.facts.fps

    def _frames(self) -> Iterator[VideoFrame]:
        """Decoded frames in the order of display, over every packet that fails."""
        from av.error import FFmpegError

        for packet in self._packets():
            if packet.stream.index != self._stream.index:
                self._reach(packet)
                continue
            try:
                decoded: list[Any] = packet.decode()
            except EOFError:
                return
            except FFmpegError:
                self._note_damage()
                continue
            yield from decoded

    def _packets(self) -> Iterator[Packet[Any]]:
        """Packets until the end of the file; one that cannot be read is passed over."""
        from av.error import FFmpegError

        streams = [self._stream, *self._container.streams.audio]
        failures = 0
        while failures < MOST_FAILURES:
            try:
                for packet in self._container.demux(*streams):
                    failures = 0
                    yield packet
                return
            except EOFError:
                return
            except (FFmpegError, OSError):  # its iterator has ended with this; the next one goes on behind it
                failures += 1
                if failures == 1:
                    self._note_damage()

    def _reach(self, packet: Packet[Any]) -> None:
        """Sound that goes on when the pictures have ended shows that the file is whole."""
        if packet.pts is not None and packet.time_base is not None:
            end = Fraction(packet.pts + (packet.duration or 0)) * packet.time_base
            self._end_s = max(self._end_s, float(end) - self.zero_s if hasattr(self, "zero_s") else 0.0)

    def _note_damage(self) -> None:
        if self._damaged == 0:
            self._damaged_s = max(0.0, self._time_s)
        self._damaged += 1


def open_container(path: Path) -> InputContainer:
    """FFmpeg's view of a checked file, which may open no other file and no address; SourceError."""
    import av
    from av.error import FFmpegError

    options = {"protocol_whitelist": "file", "format_whitelist": FORMATS}
    try:
        return av.open(str(path), options=options, metadata_errors="replace")
    except (FFmpegError, OSError) as error:
        reason = str(getattr(error, "strerror", None) or error)
        raise SourceError(
            f"{path.name} holds no picture that can be decoded ({reason}); is the file complete?"
        ) from error


def _is_cover(stream: VideoStream) -> bool:
    """Whether it is the picture on a music file's sleeve."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _stamp_s(frame: VideoFrame) -> float | None:
    return None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
