"""A video file read once, as fast as it can be decoded: upright pictures with their times, and where it is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from fer_web.core import Pixels, Size
from fer_web.errors import SourceError
from fer_web.sources.decoding import Decoding, stamp_of
from fer_web.sources.video_file import check_video, plausible_fps

if TYPE_CHECKING:
    from av import VideoFrame

# A file that ends this much before its announced end was cut off; less is how containers round.
CUT_SHORT_S, CUT_SHORT_SHARE = 1.0, 0.02
# Pixels that are not square are made so; beyond this the file's number is an error.
WIDEST_PIXEL = 4.0
# Cameras whose clock was never set say 1904 or 1970.
EARLIEST_YEAR = 1990
_SAME_TIME_S = 1e-6


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


@dataclass(frozen=True, slots=True)
class Damage:
    """How many places of a file could not be read, and when the first one was."""

    places: int = 0
    first_s: float = 0.0


UNDAMAGED = Damage()


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

    `decoders` is the number of decoding threads, 0 for one a processor. `damage` and `trouble` tell, once `pictures`
    has ended, where and how the file is damaged.
    """

    def __init__(self, path: Path, decoders: int = 0) -> None:
        from av.video.reformatter import VideoReformatter

        self.path = check_video(path)
        self.damage = UNDAMAGED
        self._decoders = decoders
        self._reformatter = VideoReformatter()
        self._time_s = self._end_s = self._start_s = 0.0
        self._decoding = self._open()
        try:
            first = self._first_frame()
            self._turns = round(first.rotation / 90) % 4  # counterclockwise
            self.zero_s = stamp_of(first) or 0.0  # in the file's own time
            self.facts = self._facts(first)
        except BaseException:
            self.close()
            raise

    def pictures(self, after_s: float | None = None, damage: Damage = UNDAMAGED) -> Iterator[ClipPicture]:
        """Every picture later than `after_s`, at growing times; damaged parts are passed over.

        `damage` is what an earlier reading found up to there.
        """
        self.damage, self._start_s = damage, after_s or 0.0
        step_s = 1 / self.facts.fps
        for frame in self._all_frames() if after_s is None else self._frames_from(after_s):
            stamp_s = stamp_of(frame)
            due_s = self._time_s + step_s if stamp_s is None else stamp_s - self.zero_s
            self._time_s = due_s if due_s > self._time_s else self._time_s + step_s
            self._end_s = max(self._end_s, self._time_s + step_s)
            if frame.is_corrupt:
                self._note_damage()
            if after_s is None or self._time_s > after_s + _SAME_TIME_S:
                yield ClipPicture(self._time_s, frame, self)

    @property
    def duration_s(self) -> float:
        """From the first picture to the end of the last one that was read."""
        return max(self._end_s, self._start_s)

    @property
    def trouble(self) -> str | None:
        """Where the file is damaged or cut off, in a sentence or two; None when it was read without a fault."""
        said = []
        announced_s = self.facts.duration_s if self._decoding.says_its_length else None
        reached_s = max(self._end_s, self._decoding.heard_until_s - self.zero_s)
        if announced_s is not None and announced_s - reached_s > max(CUT_SHORT_S, CUT_SHORT_SHARE * announced_s):
            said.append(
                f"The file breaks off at {self._end_s:.1f} s of the {announced_s:.1f} s that it announces: "
                "it was cut short or is damaged."
            )
        if self.damage.places:
            many = "One place is" if self.damage.places == 1 else f"{self.damage.places} places are"
            said.append(f"{many} damaged, at {self.damage.first_s:.1f} s first; what could be read was analyzed.")
        return " ".join(said) or None

    def convert(self, frame: VideoFrame) -> Pixels:
        """A frame as upright RGB of the clip's size, whatever its own."""
        width, height = self.facts.size[::-1] if self._turns % 2 else self.facts.size
        rgb = self._reformatter.reformat(frame, width=width, height=height, format="rgb24", interpolation="BILINEAR")
        pixels = np.asarray(rgb.to_ndarray(), np.uint8)
        return np.ascontiguousarray(np.rot90(pixels, self._turns)) if self._turns else pixels

    def close(self) -> None:
        self._decoding.close()

    def __enter__(self) -> Clip:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> Decoding:
        return Decoding(self.path, self._decoders, self._note_damage)

    def _first_frame(self) -> VideoFrame:
        from fer_web.sources.opencv import MAX_PIXELS

        stream = self._decoding.stream
        if stream.width * stream.height > MAX_PIXELS:
            raise SourceError(f"{self.path.name} has more than {MAX_PIXELS:,} pixels a picture, which is not taken")
        first = next(self._decoding.frames(), None)
        if first is None:
            raise SourceError(f"{self.path.name} holds no picture that can be decoded; is the file complete?")
        return first

    def _facts(self, first: VideoFrame) -> VideoFacts:
        container, stream = self._decoding.container, self._decoding.stream
        pixel = float(stream.sample_aspect_ratio or 1)
        is_believable = 1 / WIDEST_PIXEL <= pixel <= WIDEST_PIXEL
        size = (max(1, round(first.width * pixel)) if is_believable else first.width, first.height)
        return VideoFacts(
            size=size[::-1] if self._turns % 2 else size,
            fps=plausible_fps(float(stream.average_rate or stream.guessed_rate or 0)),
            duration_s=self._decoding.announced_s,
            has_sound=bool(container.streams.audio),
            recorded_at=_moment(container.metadata.get("creation_time", "")),
        )

    def _all_frames(self) -> Iterator[VideoFrame]:
        self._reopen(-1 / self.facts.fps)
        yield from self._decoding.frames()

    def _frames_from(self, after_s: float) -> Iterator[VideoFrame]:
        """From some frame at or before `after_s`: from the first one where a file cannot be entered in its middle."""
        self._reopen(float("-inf"))
        if self._decoding.seek(self.zero_s + after_s):
            frames = self._decoding.frames()
            first = next(frames, None)
            stamp_s = None if first is None else stamp_of(first)
            if first is not None and stamp_s is not None and stamp_s - self.zero_s <= after_s + _SAME_TIME_S:
                yield first
                yield from frames
                return
        yield from self._all_frames()

    def _reopen(self, time_s: float) -> None:
        self._decoding.close()
        self._decoding, self._time_s = self._open(), time_s

    def _note_damage(self) -> None:
        if self._time_s >= self._start_s:  # what lies before was noted by the reading that came so far
            first_s = self.damage.first_s if self.damage.places else max(0.0, self._time_s)
            self.damage = replace(self.damage, places=self.damage.places + 1, first_s=first_s)


def _moment(text: str) -> datetime | None:
    """A container's creation time; None for none that can be true."""
    try:
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
    return when if when.year >= EARLIEST_YEAR else None
