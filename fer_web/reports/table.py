"""The readings as a table: its columns, and what a row holds. Everything that CSV files of readings agree on."""

from __future__ import annotations

import math

from fer_web.core import Emotion, Pose, Quality, Reading
from fer_web.errors import DataError

COLUMNS = (
    "time_s",
    "track",
    *(emotion.value for emotion in Emotion),
    "dominant",
    "uncertain",
    "left_ear",
    "right_ear",
    "eyes_open",
    "blinks",
    "yaw_deg",
    "pitch_deg",
    "roll_deg",
    "sharpness",
    "brightness",
    "size_px",
    "poor",
)
HEADER = ",".join(COLUMNS)
# Decimals: a millisecond, a millionth, a ten-thousandth of an eye's width, a hundredth of a degree. All are far below
# what can be measured.
TIME, SCORE, RATIO, DEGREES = 3, 6, 4, 2
# Seven float32 scores that sum to 1, rounded one by one; two that were closer than this may have changed places.
SUM_SLACK = 0.001
DOMINANT_SLACK = 0.00001
_TRUTH = {"true": True, "false": False}


def row_of(reading: Reading) -> str:
    """A reading as a line of the table, without its end. Unknown values are empty cells."""
    return ",".join(
        (
            f"{reading.time_s:.{TIME}f}",
            str(reading.track),
            *(f"{score:.{SCORE}f}" for score in reading.scores),
            reading.dominant.value,
            _truth(reading.is_uncertain),
            _ratio(reading.left_ear),
            _ratio(reading.right_ear),
            _truth(reading.eyes_open),
            str(reading.blinks),
            *_pose_cells(reading.pose),
            *_quality_cells(reading.quality),
        )
    )


def reading_of(line: str) -> Reading:
    """The reading in a line of the table; DataError says which column is wrong, and how."""
    cells = line.split(",")
    if len(cells) != len(COLUMNS):
        raise DataError(f"has {len(cells)} cells instead of {len(COLUMNS)}")
    return _Row(dict(zip(COLUMNS, cells, strict=True))).reading()


class _Row:
    """The cells of one line by column; what is not what its column says is a DataError."""

    def __init__(self, cells: dict[str, str]) -> None:
        self._cells = cells

    def reading(self) -> Reading:
        scores = tuple(self._number(emotion.value, 0, 1) for emotion in Emotion)
        if abs(sum(scores) - 1) > SUM_SLACK:
            raise DataError(f"the seven scores sum to {sum(scores):.4f} instead of 1")
        self._check_dominant(scores)
        return Reading(
            time_s=self._number("time_s", 0),
            track=self._count("track"),
            scores=scores,
            blinks=self._count("blinks"),
            pose=self._pose(),
            quality=self._quality(),
            is_uncertain=self._claim("uncertain"),
            left_ear=self._maybe_number("left_ear", 0),
            right_ear=self._maybe_number("right_ear", 0),
            eyes_open=self._claim("eyes_open") if self._cells["eyes_open"] else None,
        )

    def _check_dominant(self, scores: tuple[float, ...]) -> None:
        name = self._cells["dominant"]
        if name not in tuple(Emotion):
            raise self._wrong("dominant", f"is none of {', '.join(Emotion)}")
        if scores[Emotion(name).position] < max(scores) - DOMINANT_SLACK:
            raise self._wrong("dominant", "does not have the highest score of its line")

    def _pose(self) -> Pose | None:
        if self._are_empty("yaw_deg", "pitch_deg", "roll_deg"):
            return None
        return Pose(*(self._number(name, -180, 180) for name in ("yaw_deg", "pitch_deg", "roll_deg")))

    def _quality(self) -> Quality | None:
        if self._are_empty("sharpness", "brightness", "size_px", "poor"):
            return None
        sharpness, brightness = (self._number(name, 0, 1) for name in ("sharpness", "brightness"))
        return Quality(sharpness, brightness, self._count("size_px"), self._claim("poor"))

    def _are_empty(self, *names: str) -> bool:
        return not any(self._cells[name] for name in names)

    def _maybe_number(self, name: str, low: float) -> float | None:
        return self._number(name, low) if self._cells[name] else None

    def _number(self, name: str, low: float, high: float = math.inf) -> float:
        try:
            value = float(self._cells[name])
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self._wrong(name, "is not a number")
        if not low <= value <= high:
            bounds = f"under {low:g}" if high == math.inf else f"outside {low:g} to {high:g}"
            raise self._wrong(name, f"is {bounds}")
        return value

    def _count(self, name: str) -> int:
        text = self._cells[name]
        if not (text.isascii() and text.isdigit()):
            raise self._wrong(name, "is not a whole number from 0")
        return int(text)

    def _claim(self, name: str) -> bool:
        if self._cells[name] not in _TRUTH:
            raise self._wrong(name, "is neither true nor false")
        return _TRUTH[self._cells[name]]

    def _wrong(self, name: str, what: str) -> DataError:
        return DataError(f"column {name}: {self._cells[name][:40]!r} {what}")


def _pose_cells(pose: Pose | None) -> tuple[str, ...]:
    if pose is None:
        return ("",) * 3
    return tuple(f"{angle:.{DEGREES}f}" for angle in (pose.yaw_deg, pose.pitch_deg, pose.roll_deg))


def _quality_cells(quality: Quality | None) -> tuple[str, ...]:
    if quality is None:
        return ("",) * 4
    return (_ratio(quality.sharpness), _ratio(quality.brightness), str(quality.size_px), _truth(quality.is_poor))


def _ratio(value: float | None) -> str:
    return "" if value is None else f"{value:.{RATIO}f}"


def _truth(value: bool | None) -> str:
    return "" if value is None else str(value).lower()
