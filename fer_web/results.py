"""What `analyze_image` and `analyze_video` answer: lists of values that fit into tables."""

from __future__ import annotations

import csv
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from fer_web.core import Emotion, Face, Pose, Quality, Reading, Recording

if TYPE_CHECKING:
    from fer_web.reports import Summary

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
