"""A video file read once, as fast as it can be decoded: upright frames with their times, and where it is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from fer_web.core import Pixels, Size
from fer_web.core.text import shown_path
from fer_web.errors import SourceError
from fer_web.sources.announced import WITHOUT_LENGTH, announced_end_s, is_whole
from fer_web.sources.cost import MAX_PIXELS, Demand, Meter, check_memory
from fer_web.sources.decoding import Decoding, length_of, open_video, stamp_of
from fer_web.sources.memory import reason_of
from fer_web.sources.upright import Upright
from fer_web.sources.video_kinds import check_video

if TYPE_CHECKING:
    from av import VideoFrame

# A file that ends this much before its announced end was cut off; less is how containers round.
CUT_SHORT_S, CUT_SHORT_SHARE = 1.0, 0.02
DEFAULT_FPS, FASTEST_FPS = 25.0, 240.0
# Cameras whose clock was never set say 1904 or 1970.
EARLIEST_YEAR = 1990
_SAME_TIME_S = 1e-6


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a video says about itself: `size` is its first frame's, upright with square pixels; later ones may differ.

    `duration_s` is None when it does not say. `fps` is the mean, which a file of varying frame rate need not keep to.
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


class DecodedFrame:
    """A frame at `time_s` after the first one; `pixels()` converts it, which those not needed are spared."""

    def __init__(self, time_s: float, frame: VideoFrame, upright: Upright) -> None:
        self.time_s, self._frame, self._upright = time_s, frame, upright

    @property
    def size(self) -> Size:
        """Its own upright size, with square pixels."""
        return self._upright.size(self._frame)

    def pixels(self) -> Pixels:
        """(H, W, 3) RGB of its own size."""
        return self._upright.pixels(self._frame)


def probe_video(path: Path) -> VideoFacts:
    """The facts of a video whose first frame can be decoded; SourceError for anything else."""
    with VideoReader(path) as reader:
        return reader.facts


class VideoReader:
    """An open video file; belongs to one thread at a time. SourceError when no frame of it can be decoded.

    `name` is the file's, as people read it. `zero_s` is the first frame's time in the file's own time, from which all
    other times count. `decoders` is the number of decoding threads, 0 for one a processor. `damage` and `trouble` tell,
    once `frames` has ended, where and how the file is damaged.
    """

    def __init__(self, path: Path, decoders: int = 0) -> None:
        self.path = check_video(path)
        self.name = shown_path(self.path.name)
        self.damage = UNDAMAGED
        self.meter = Meter(self.name)
        self._decoders = decoders
        self._time_s = self._end_s = self._start_s = 0.0
        self._open()
        try:
            first = self._first_frame()
            self.zero_s = stamp_of(first) or 0.0
            self._announced_end_s = announced_end_s(self._decoding.container, self._decoding.stream)
            self.facts = self._facts(first)
        except BaseException:
            self.close()
            raise

    def check_cost(self, fps: float | None) -> None:
        """SourceError when all of its frames are more than may be decoded, or `fps` a second of them analyzed.

        Also when there is not enough memory for them.
        """
        facts = self.facts
        check_memory(self.name, facts.size)
        analyzed_fps = facts.fps if fps is None else min(fps, facts.fps)
        if facts.duration_s is not None:
            Demand(facts.size, self._mean_fps(), analyzed_fps, facts.duration_s).check(self.name)

    def frames(self, after_s: float | None = None, damage: Damage = UNDAMAGED) -> Iterator[DecodedFrame]:
        """Every frame later than `after_s`, at growing times; damaged parts are passed over.

        `damage` is what an earlier reading found up to there. SourceError when there are too many for the file's
        length.
        """
        self.damage, self._start_s = damage, after_s or 0.0
        self.meter = Meter(self.name)
        step_s = 1 / self.facts.fps
        for frame in self._all_frames() if after_s is None else self._frames_from(after_s):
            stamp_s = stamp_of(frame)
            due_s = self._time_s + step_s if stamp_s is None else stamp_s - self.zero_s
            self._time_s = due_s if due_s > self._time_s else self._time_s + step_s
            self._end_s = self._time_s + (length_of(frame) or step_s)
            self.meter.decoded((frame.width, frame.height), self._time_s)
            if frame.is_corrupt:
                self._note_damage()
            if after_s is None or self._time_s > after_s + _SAME_TIME_S:
                yield DecodedFrame(self._time_s, frame, self._upright)

    @property
    def duration_s(self) -> float:
        """From the first frame to the end of the last one that was read."""
        return max(self._end_s, self._start_s)

    @property
    def trouble(self) -> str | None:
        """Where the file is damaged or cut off, in a sentence or two; None when it was read without a fault."""
        said = []
        is_cut = self._is_cut_short()
        if is_cut:
            said.append(
                f"The file ends at {self._end_s:.1f} s, but its header says {self.facts.duration_s:.1f} s: "
                "it was cut short or is damaged."
            )
        is_at_the_cut = is_cut and self.damage.first_s >= self._time_s - CUT_SHORT_S  # half a frame, and what needs it
        if self.damage.places and not is_at_the_cut:
            many = "One place is" if self.damage.places == 1 else f"{self.damage.places} places are"
            said.append(f"{many} damaged, the first at {self.damage.first_s:.1f} s; everything readable was analyzed.")
        return " ".join(said) or None

    def close(self) -> None:
        self._decoding.close()

    def __enter__(self) -> VideoReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        container, stream = open_video(self.path)
        self._decoding = Decoding(container, stream, decoders=self._decoders, on_fault=self._note_damage)
        self._upright = Upright(stream)

    def _first_frame(self) -> VideoFrame:
        stream = self._decoding.stream
        if stream.width * stream.height > MAX_PIXELS:
            raise SourceError(f"{self.name} has more than {MAX_PIXELS:,} pixels per frame, which is not supported")
        first = next(self._decoding.frames(), None)
        if first is None and (crash := self._decoding.crash) is not None:
            reason = reason_of(crash, (stream.width, stream.height))
            raise SourceError(f"{self.name} cannot be decoded: {reason}") from crash
        if first is None:
            raise SourceError(f"{self.name} contains no frame that can be decoded; is the file complete?")
        return first

    def _facts(self, first: VideoFrame) -> VideoFacts:
        container, end_s = self._decoding.container, self._announced_end_s
        return VideoFacts(
            size=self._upright.size(first),
            fps=plausible_fps(self._mean_fps()),
            duration_s=end_s - self.zero_s if end_s is not None and end_s > self.zero_s else None,
            has_sound=bool(container.streams.audio),
            recorded_at=_moment(container.metadata.get("creation_time", "")),
        )

    def _mean_fps(self) -> float:
        stream = self._decoding.stream
        return float(stream.average_rate or stream.guessed_rate or 0)

    def _is_cut_short(self) -> bool:
        announced_s, container = self.facts.duration_s, self._decoding.container
        if announced_s is None or container.format.name in WITHOUT_LENGTH:
            return False
        reached_s = max(self._end_s, self._decoding.heard_until_s - self.zero_s)
        if announced_s - reached_s <= max(CUT_SHORT_S, CUT_SHORT_SHARE * announced_s):
            return False
        return bool(self.damage.places) or not is_whole(self.path)  # else its last frame lasts so long

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
        self._open()
        self._time_s = time_s

    def _note_damage(self) -> None:
        if self._time_s >= self._start_s:  # what lies before was noted by the reading that came so far
            first_s = self.damage.first_s if self.damage.places else max(0.0, self._time_s)
            self.damage = replace(self.damage, places=self.damage.places + 1, first_s=first_s)


def plausible_fps(fps: float) -> float:
    """The rate that a container announces, or a usual one when it cannot be true."""
    return fps if 0 < fps <= FASTEST_FPS else DEFAULT_FPS


def _moment(text: str) -> datetime | None:
    """A container's creation time; None for none that can be true."""
    try:
        when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    when = when if when.tzinfo else when.replace(tzinfo=timezone.utc)
    return when if when.year >= EARLIEST_YEAR else None
