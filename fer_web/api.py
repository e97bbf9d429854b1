"""FER Web from Python: `analyze_image` and `analyze_video`, whose results are lists of values and fit into tables.

from fer_web import analyze_image, analyze_video

for face in analyze_image("photo.jpg"):
    print(face.dominant, face.scores)
readings = analyze_video("talk.mp4")
readings.to_csv("talk.csv")
table = pandas.DataFrame(readings.to_records())
"""

from __future__ import annotations

import csv
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion, Face, Frame, Pixels, Pose, Quality, Reading, Recording
from fer_web.errors import ImageError
from fer_web.jobs.rate import DEFAULT_FPS

if TYPE_CHECKING:
    from fer_web.reports import Summary
    from fer_web.vision import Vision

__all__ = ["FaceReading", "ImageResult", "VideoResult", "analyze_image", "analyze_video"]

MODEL = "xception"
MODELS_DIR = Path(__file__).resolve().parent.parent / "models"

T = TypeVar("T")
Record = dict[str, Any]
PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True)
class FaceReading:
    """A face in a picture: its box in pixels, and what it shows. Not measured is None.

    `scores` are the seven probabilities in the order of `Emotion`; `eyes_open` is judged without knowing the person.
    """

    x: int
    y: int
    width: int
    height: int
    confidence: float
    scores: tuple[float, ...]
    is_uncertain: bool
    pose: Pose | None
    quality: Quality | None
    left_ear: float | None
    right_ear: float | None
    eyes_open: bool | None

    @property
    def dominant(self) -> Emotion:
        """The most probable expression, also when it is uncertain."""
        return Emotion.at(max(range(len(self.scores)), key=self.scores.__getitem__))

    @classmethod
    def of(cls, face: Face) -> FaceReading:
        rect, blink = face.rect, face.blink
        return cls(
            x=rect.left,
            y=rect.top,
            width=rect.width,
            height=rect.height,
            confidence=float(face.confidence),
            scores=() if face.scores is None else tuple(map(float, face.scores)),
            is_uncertain=face.is_uncertain,
            pose=face.pose,
            quality=face.quality,
            left_ear=None if blink is None else float(blink.left_ear),
            right_ear=None if blink is None else float(blink.right_ear),
            eyes_open=None if blink is None else blink.is_open,
        )


@dataclass(frozen=True)
class _Result(Sequence[T], Generic[T], ABC):
    """A list of values that can also be had as a table."""

    items: tuple[T, ...] = field(repr=False)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[T]: ...
    def __getitem__(self, index: int | slice) -> T | Sequence[T]:
        return self.items[index]

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[T]:
        return iter(self.items)

    def to_records(self) -> list[Record]:
        """A flat dictionary for each, all with the same keys: `pandas.DataFrame(result.to_records())`."""
        return list(self._records())

    def to_csv(self, path: PathLike) -> None:
        """A line for each, under a line of names; unknown values are empty."""
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self._columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows({name: _cell(value) for name, value in record.items()} for record in self._records())

    def to_json(self, path: PathLike | None = None) -> str:
        """The records as a JSON array, which is also written to `path`, if given; unknown values are null."""
        text = json.dumps(self.to_records(), indent=2)
        if path is not None:
            Path(path).write_text(text + "\n", encoding="utf-8")
        return text

    @property
    @abstractmethod
    def _columns(self) -> Sequence[str]: ...

    @abstractmethod
    def _records(self) -> Iterator[Record]: ...


@dataclass(frozen=True)
class ImageResult(_Result[FaceReading]):
    """The faces of a picture, the largest first; `width` and `height` of the picture in pixels, and the `model`."""

    width: int
    height: int
    model: str

    @property
    def _columns(self) -> Sequence[str]:
        return tuple(_face_record(0, _NO_FACE))

    def _records(self) -> Iterator[Record]:
        return (_face_record(place, face) for place, face in enumerate(self.items))


@dataclass(frozen=True)
class VideoResult(_Result[Reading]):
    """The readings of a video, in the order of time, and what is known about the `recording`."""

    recording: Recording

    @cached_property
    def summary(self) -> Summary:
        """What the readings say, for every person and for all."""
        from fer_web.reports import summarize

        return summarize(self.recording, self.items)

    def to_csv(self, path: PathLike) -> None:
        """The same file that the command line writes, readings.csv."""
        from fer_web.reports import write_readings_csv

        write_readings_csv(path, self.items)

    @property
    def _columns(self) -> Sequence[str]:
        from fer_web.reports.table import COLUMNS

        return COLUMNS

    def _records(self) -> Iterator[Record]:
        return map(_reading_record, self.items)


def analyze_image(
    image: PathLike | bytes | NDArray[np.uint8],
    *,
    upsample: int = 1,
    model: str = MODEL,
    models_dir: PathLike = MODELS_DIR,
) -> ImageResult:
    """The faces of a picture: a file, its bytes, or pixels, (height, width, 3) RGB or (height, width) gray uint8.

    OpenCV's pictures are BGR: give `picture[:, :, ::-1]`. `upsample` 1 finds faces from 40 pixels, 0 from 80 but
    faster. The model is loaded by the first call, which takes seconds. ImageError for what is no picture, ModelError.
    """
    pixels = _pixels(image)
    vision = _vision(str(models_dir), model)
    faces = vision.still(upsample)(Frame(0, 0.0, pixels)).faces
    ordered = sorted(faces, key=lambda face: (-face.rect.area, face.rect.left, face.rect.top))
    height, width = pixels.shape[:2]
    return ImageResult(tuple(map(FaceReading.of, ordered)), width, height, _named(vision))


def analyze_video(
    path: PathLike,
    *,
    fps: float | None = DEFAULT_FPS,
    annotated: PathLike | None = None,
    model: str = MODEL,
    models_dir: PathLike = MODELS_DIR,
    on_progress: Callable[[float, float | None], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> VideoResult:
    """Everybody's readings over a video file, `fps` pictures a second at most, None for every one.

    `annotated` is where a copy with the overlay drawn on it goes, an MP4 with the sound. `on_progress` is told the
    seconds done and in all, None where the file does not say; when `should_stop` says True, the readings so far are
    answered. They are all kept in memory: some 50 MB for an hour of two people. SourceError for what is no video,
    ModelError.
    """
    from fer_web.jobs.analysis import Options, analyze_file

    options = Options(fps=fps)
    readings: list[Reading] = []
    analysis = analyze_file(
        Path(path),
        _vision(str(models_dir), model),
        lambda new, _: readings.extend(new),
        options=options,
        annotated=None if annotated is None else Path(annotated),
        on_progress=on_progress,
        should_stop=should_stop,
    )
    return VideoResult(tuple(readings), analysis.recording)


@lru_cache(maxsize=1)
def _vision(models_dir: str, model: str) -> Vision:
    """Loaded once, for all calls with the same model."""
    from fer_web.vision import Vision

    return Vision.load(Path(models_dir), model)


def _named(vision: Vision) -> str:
    return f"{vision.card.name} {vision.card.version}"


def _pixels(image: PathLike | bytes | NDArray[np.uint8]) -> Pixels:
    from fer_web.sources import decode_image

    if isinstance(image, np.ndarray):
        return _rgb(image)
    if isinstance(image, bytes):
        return decode_image(image)
    try:
        return decode_image(Path(image).read_bytes())
    except OSError as error:
        raise ImageError("unreadable", f"{image} cannot be read: {error.strerror}") from error


def _rgb(pixels: NDArray[Any]) -> Pixels:
    is_gray, is_color = pixels.ndim == 2, pixels.ndim == 3 and pixels.shape[2:] == (3,)
    if pixels.dtype != np.uint8 or not (is_gray or is_color) or not pixels.size:
        raise ImageError(
            "not_an_image",
            f"pixels are (height, width, 3) RGB or (height, width) gray, uint8, not {pixels.shape} {pixels.dtype}",
        )
    return np.ascontiguousarray(np.repeat(pixels[:, :, None], 3, axis=2) if is_gray else pixels)


def _face_record(place: int, face: FaceReading) -> Record:
    box = {"x": face.x, "y": face.y, "width": face.width, "height": face.height}
    return {"face": place, **box, "confidence": face.confidence, **_shown(face)}


def _reading_record(reading: Reading) -> Record:
    """With the names and the order of readings.csv."""
    shown = _shown(reading)
    names = list(shown)
    after = names.index("eyes_open") + 1
    record = {"time_s": reading.time_s, "track": reading.track, **{name: shown[name] for name in names[:after]}}
    return {**record, "blinks": reading.blinks, **{name: shown[name] for name in names[after:]}}


def _shown(face: FaceReading | Reading) -> Record:
    """What a face shows, flat."""
    scores: Iterable[float | None] = face.scores or (None,) * len(Emotion)
    pose, quality = face.pose, face.quality
    return {
        **{emotion.value: score for emotion, score in zip(Emotion, scores, strict=True)},
        "dominant": face.dominant.value if face.scores else None,
        "uncertain": face.is_uncertain,
        "left_ear": face.left_ear,
        "right_ear": face.right_ear,
        "eyes_open": face.eyes_open,
        "yaw_deg": pose and pose.yaw_deg,
        "pitch_deg": pose and pose.pitch_deg,
        "roll_deg": pose and pose.roll_deg,
        "sharpness": quality and quality.sharpness,
        "brightness": quality and quality.brightness,
        "size_px": quality and quality.size_px,
        "poor": quality and quality.is_poor,
    }


def _cell(value: Any) -> Any:
    """true and false as everywhere else in our files."""
    return str(value).lower() if isinstance(value, bool) else value


_NO_FACE = FaceReading(0, 0, 0, 0, 0.0, (), False, None, None, None, None, None)
