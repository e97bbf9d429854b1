"""What `analyze_image` and `analyze_video` answer: lists of values that fit into tables."""

from __future__ import annotations

import csv
import json
import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from fer_web.core import Face, Reading, Recording, Rect
from fer_web.core.measures import Measure
from fer_web.core.readings import FACE_MEASURES, MEASURES, FaceMeasures, with_dominant
from fer_web.core.text import harmless_cell

if TYPE_CHECKING:
    from fer_web.reports import Summary

T = TypeVar("T")
Record = dict[str, Any]
PathLike = str | os.PathLike[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceResult(FaceMeasures):
    """A face in a picture: its `region` in pixels, how sure the detector is of it, and what is measured of it."""

    region: Rect
    face_confidence: float

    @classmethod
    def of(cls, face: Face) -> FaceResult:
        """The result of a classified face."""
        measured = {measure.name: measure.of(face) for measure in FACE_MEASURES}
        return cls(region=face.region, face_confidence=float(face.face_confidence), **measured)  # type: ignore[arg-type]


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

    def to_csv(self, path: PathLike, *, separator: str = ",") -> None:
        """A line for each, under a line of names; unknown values are empty. With the separator `;`, which spreadsheets
        expect where a comma is the decimal sign, numbers have one.
        """
        with Path(path).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=separator, lineterminator="\n")
            writer.writerow(self._columns)
            for record in self._records():
                writer.writerow([cell_of(record[name], separator) for name in self._columns])

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
class ImageResult(_Result[FaceResult]):
    """The faces of a picture, the largest first; `width` and `height` of the picture in pixels, and the `model`."""

    width: int
    height: int
    model: str

    @property
    def _columns(self) -> Sequence[str]:
        return FACE_COLUMNS

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

    def to_csv(self, path: PathLike, *, separator: str = ",") -> None:
        """The same file that the command line writes, readings.csv; with `;` the one for Excel."""
        from fer_web.reports import write_readings_csv

        write_readings_csv(path, self.items, separator)

    @property
    def _columns(self) -> Sequence[str]:
        return with_dominant(MEASURES)

    def _records(self) -> Iterator[Record]:
        return (_measured(reading, MEASURES) for reading in self.items)


_PLACE_COLUMNS = ("face_id", "region_x", "region_y", "region_w", "region_h", "face_confidence")
# The columns of a table of faces.
FACE_COLUMNS = (*_PLACE_COLUMNS, *with_dominant(FACE_MEASURES))


def _face_record(face_id: int, face: FaceResult) -> Record:
    region = face.region
    values = (face_id, region.left, region.top, region.width, region.height, face.face_confidence)
    return {**dict(zip(_PLACE_COLUMNS, values, strict=True)), **_measured(face, FACE_MEASURES)}


def _measured(face: FaceMeasures, measures: Sequence[Measure]) -> Record:
    """The measures by name, flat, with the dominant emotion behind the seven."""
    values = {measure.name: getattr(face, measure.name) for measure in measures}
    return {name: values.get(name, face.dominant_emotion.value) for name in with_dominant(measures)}


def cell_of(value: Any, separator: str = ",") -> Any:
    """true and false as everywhere else in our files; text that no spreadsheet runs."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and separator == ";":
        return str(value).replace(".", ",")
    return harmless_cell(value)
