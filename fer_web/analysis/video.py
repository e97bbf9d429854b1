"""The one analysis of a video file: for the command line, the web's jobs and the Python API.

Three threads work on it, each a few pictures ahead of the next: one decodes, one analyzes, and the caller's hands over
readings and draws. The memory does not grow with the video's length.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from fer_web.analysis.annotated_copy import AnnotatedCopy
from fer_web.analysis.prefetch import Prefetch
from fer_web.analysis.rate import DEFAULT_FPS, TOLERANCE_S
from fer_web.core import Faces, Frame, FrameResult, Reading, Recording, Size
from fer_web.errors import SourceError
from fer_web.sources.memory import is_crash, reason_of
from fer_web.sources.video_reader import Damage, VideoReader
from fer_web.vision import DEFAULT_OVERLAYS, Overlay, draw, hides, letterboxed

if TYPE_CHECKING:
    from fer_web.vision import Analyzer

# Readings are handed over, and the position in the file with them, after this much work.
HAND_OVER_S = 1.0
# Pictures that may wait between two threads: few, and fewer when they are large.
MOST_WAITING, MOST_WAITING_BYTES = 8, 64_000_000


@dataclass(frozen=True, slots=True)
class AnalysisOptions:
    """What is asked of an analysis: `fps` pictures a second at most, None for every one; what the copy shows.

    `decoders` is the number of decoding threads, 0 for one a processor; it changes nothing about the answer.
    """

    fps: float | None = DEFAULT_FPS
    overlays: frozenset[Overlay] = DEFAULT_OVERLAYS
    decoders: int = 0

    def __post_init__(self) -> None:
        if self.fps is not None and not 0 < self.fps <= 1000:
            raise ValueError(f"fps must be above 0 and at most 1000, not {self.fps:g}")


@dataclass(frozen=True, slots=True)
class Position:
    """How far a video has been analyzed: everything up to `time_s` has been handed over; None at the beginning.

    `pictures` have been analyzed and `people` counted so far; `damaged_places` could not be read, the first one at
    `damaged_s`; the annotated pictures take `drawn_bytes`, unless `copy_trouble` says why there will be no copy.
    """

    time_s: float | None = None
    pictures: int = 0
    people: int = 0
    damaged_places: int = 0
    damaged_s: float = 0.0
    drawn_bytes: int = 0
    copy_trouble: str = ""


BEGINNING = Position()

# Takes readings once a second of work, with the position from which a later analysis can go on behind them.
Sink: TypeAlias = Callable[[Sequence[Reading], Position], None]
Progress: TypeAlias = Callable[[float, "float | None"], None]  # seconds of the video done, and in all where it says


@dataclass(frozen=True, slots=True)
class VideoAnalysis:
    """How it ended: `is_complete` False when it was told to stop; `recording` tells of the part that was analyzed."""

    recording: Recording
    position: Position
    is_complete: bool


def analyze_file(
    path: Path,
    vision: Analyzer,
    sink: Sink,
    *,
    options: AnalysisOptions = AnalysisOptions(),
    name: str | None = None,
    start: Position = BEGINNING,
    annotated: Path | None = None,
    on_progress: Progress = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> VideoAnalysis:
    """Hand every reading of the video at `path` to `sink`, in the order of time; SourceError when it is no video.

    `annotated` is where the copy with its overlay goes, an MP4 that browsers play, with the sound; it appears when it
    is complete. When it fails, the analysis goes on without it, and `Recording.trouble` says why. `start` is the
    position after which to go on: people then get new numbers, and blinks of before are not counted again. A damaged
    video is read as far as possible, and `Recording.trouble` says where it broke.
    Callbacks are called on this thread; what they raise ends the analysis.
    """
    with ExitStack() as stack:
        reader = stack.enter_context(VideoReader(path, options.decoders))
        reader.check_cost(options.fps)
        stack.enter_context(_telling_of_crashes(reader))
        copy: AnnotatedCopy | None = None
        if annotated is not None:
            made = AnnotatedCopy(annotated, reader.facts, start.drawn_bytes, start.copy_trouble)
            copy = stack.enter_context(made)
        depth = _depth(reader.facts.size)
        pictures = _pictures(reader, options.fps, start, every=lambda: copy is not None and copy.is_wanted)
        decoded = stack.enter_context(Prefetch(pictures, depth, "decode"))
        analyzed = _analyzed(decoded, vision, start.people, hides(options.overlays))
        results = stack.enter_context(Prefetch(analyzed, depth, "analyze"))
        course = _Handover(reader, sink, start, copy)
        is_complete = True
        for result, is_new in results:
            course.take(result, is_new, options.overlays)
            on_progress(result.frame.time_s, reader.facts.duration_s)
            if should_stop():
                is_complete = False
                break
        course.hand_over()
        results.close()
        decoded.close()
        if copy is not None and is_complete:
            copy.finish(reader)
        position = replace(course.position, copy_trouble=copy.trouble if copy is not None else "")
        recording = _recording(reader, name or reader.name, vision, position, is_complete)
        return VideoAnalysis(recording, position, is_complete)


@contextmanager
def _telling_of_crashes(reader: VideoReader) -> Iterator[None]:
    """SourceError with the pictures' size and the memory, when there was not enough of it to decode or draw them."""
    try:
        yield
    except Exception as error:
        if is_crash(error):
            raise SourceError(f"{reader.name} cannot be analyzed: {reason_of(error, reader.facts.size)}") from error
        raise


@dataclass
class _Handover:
    """Collects readings and hands them over, with the position, once a second."""

    reader: VideoReader
    sink: Sink
    position: Position
    copy: AnnotatedCopy | None
    readings: list[Reading] = field(default_factory=list)
    handed_over: float = field(default_factory=time.monotonic)

    def take(self, result: FrameResult, is_new: bool, overlays: frozenset[Overlay]) -> None:
        """A picture's result; not `is_new` when it is an earlier one's, for a picture that is only drawn."""
        if self.copy is not None and self.copy.is_wanted:
            drawn = letterboxed(draw(result, overlays), self.reader.facts.size)  # a video has one size
            self.copy.append(drawn, result.frame.time_s)
        if is_new:
            self.readings += [
                Reading.of(face, result.frame.time_s)
                for face in result.faces
                if face.track_id is not None and face.scores is not None
            ]
        people = max((face.track_id or 0 for face in result.faces), default=0)
        self.position = replace(
            self.position,
            time_s=result.frame.time_s,
            pictures=self.position.pictures + is_new,
            people=max(people, self.position.people),
        )
        if time.monotonic() - self.handed_over >= HAND_OVER_S:
            self.hand_over()

    def hand_over(self) -> None:
        """Everything up to here: first the pictures, then the readings, so that neither is behind the position."""
        if self.copy is not None:
            drawn_bytes = self.copy.keep()
            self.position = replace(self.position, drawn_bytes=drawn_bytes, copy_trouble=self.copy.trouble)
        damage = self.reader.damage
        self.position = replace(self.position, damaged_places=damage.places, damaged_s=damage.first_s)
        self.sink(self.readings, self.position)
        self.readings, self.handed_over = [], time.monotonic()


def _pictures(
    reader: VideoReader, fps: float | None, start: Position, *, every: Callable[[], bool]
) -> Iterator[tuple[Frame, bool]]:
    """The pictures to analyze, the first one of every 1/fps; while `every`, those in between, too, marked False."""

    def place(time_s: float) -> float:
        return time_s if fps is None else math.floor((time_s + TOLERANCE_S) * fps)

    last = -math.inf if start.time_s is None else place(start.time_s)
    frames = reader.frames(start.time_s, Damage(start.damaged_places, start.damaged_s))
    for index, decoded in enumerate(frames):
        is_due, last = place(decoded.time_s) > last, place(decoded.time_s)
        if is_due:
            reader.meter.analyzed(decoded.size, decoded.time_s)
        if is_due or every():
            yield Frame(index, decoded.time_s, decoded.pixels()), is_due


def _analyzed(
    pictures: Iterator[tuple[Frame, bool]], vision: Analyzer, people: int, wants_blur: bool
) -> Iterator[tuple[FrameResult, bool]]:
    """Each picture with its faces, or the last ones if it is only to be drawn; tracks are numbered from `people` on.

    What has to be blurred is searched for in every picture: somebody may appear between two that are analyzed.
    """
    pipeline = vision.live(wants_blur=lambda: wants_blur)
    seen: Faces = ()
    faces: Faces = ()
    for frame, is_due in pictures:
        if is_due:
            found = pipeline(frame)
            seen, areas = found.faces, found.blur_areas
            faces = tuple(replace(face, track_id=(face.track_id or 0) + people) for face in seen)
        else:
            areas = pipeline.blur_areas(frame, seen)
        yield FrameResult(frame, faces, blur_areas=areas), is_due


def _depth(size: Size) -> int:
    return min(MOST_WAITING, max(1, MOST_WAITING_BYTES // (3 * size[0] * size[1])))


def _recording(reader: VideoReader, name: str, vision: Analyzer, position: Position, is_complete: bool) -> Recording:
    duration_s = reader.duration_s if is_complete else (position.time_s or 0.0) + 1 / reader.facts.fps
    recorded_at = reader.facts.recorded_at or datetime.fromtimestamp(reader.path.stat().st_mtime, timezone.utc)
    width, height = reader.facts.size
    return Recording(
        name=name,
        source=reader.name,
        started_at=recorded_at,
        duration_s=duration_s,
        fps=round(position.pictures / duration_s, 3) if duration_s > 0 else 0.0,
        width=width,
        height=height,
        model=f"{vision.card.name} {vision.card.version}",
        trouble=" ".join(filter(None, (reader.trouble, position.copy_trouble))) or None if is_complete else None,
    )
