"""Recordings with known blinks, and how well found ones agree with them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from fer_web.errors import DataError
from fer_web.vision.blink_detector import BlinkEvent
from fer_web.vision.matching import best_pairs

# A found blink belongs to an annotated one when its lowest moment lies inside of it, give or take this many frames.
TOLERANCE_FRAMES = 4
SIGNAL_FPS = 30.0


@dataclass(frozen=True)
class Signal:
    """Eye aspect ratios at `fps` with the annotated blinks as (first, last) frames."""

    name: str
    fps: float
    ears: tuple[float, ...]
    spans: tuple[tuple[int, int], ...]

    @property
    def times_s(self) -> list[float]:
        return [frame / self.fps for frame in range(len(self.ears))]


@dataclass(frozen=True)
class LabeledClip:
    """A video whose blinks a person counted: at least `least`, at most `most` where some are debatable.

    `spans` are the (first, last) frames of those that were written down, at `fps`.
    """

    path: Path
    least: int
    most: int
    fps: float = SIGNAL_FPS
    spans: tuple[tuple[int, int], ...] = ()

    def agreement(self, found: Sequence[BlinkEvent]) -> Agreement:
        """With the spans; as many extra or missed ones as are debatable do not count."""
        plain = agreement(found, self.spans, self.fps)
        extra = max(0, plain.extra - max(0, self.most - len(self.spans)))
        missed = max(0, plain.missed - max(0, len(self.spans) - self.least))
        return Agreement(plain.matched, extra, missed)


@dataclass(frozen=True, slots=True)
class Agreement:
    """Blinks that were both found and annotated, found alone, annotated alone."""

    matched: int
    extra: int
    missed: int

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 when there was nothing to find and nothing was found."""
        judged = 2 * self.matched + self.extra + self.missed
        return 2 * self.matched / judged if judged else 1.0


def read_signals(folder: Path) -> list[Signal]:
    """Every `*.csv` of a folder, with the columns frame, ear, blink_gt; DataError when one lacks them."""
    return [_signal(path) for path in sorted(folder.glob("*.csv"))]


def read_clips(folder: Path) -> list[LabeledClip]:
    """The clips that `blinks.csv` of a folder lists; DataError when it lacks a column."""
    rows = _rows(folder / "blinks.csv", ("file", "blinks_min", "blinks_max", "fps", "closure_frames"))
    return [
        LabeledClip(
            folder / row["file"],
            int(row["blinks_min"]),
            int(row["blinks_max"]),
            float(row["fps"]),
            tuple(_frames(span) for span in row["closure_frames"].split(";") if span.strip()),
        )
        for row in rows
    ]


def agreement(
    found: Sequence[BlinkEvent], spans: Sequence[tuple[int, int]], fps: float, tolerance: int = TOLERANCE_FRAMES
) -> Agreement:
    """One-to-one: each found blink counts for at most one annotated one and the other way round."""

    def closeness(event: BlinkEvent, span: tuple[int, int]) -> float:
        frame = event.lowest_s * fps
        away = max(span[0] - frame, frame - span[1], 0.0)
        return 1 / (1 + away) if away <= tolerance + 1e-6 else 0.0

    matched = len(best_pairs(found, spans, closeness))
    return Agreement(matched, len(found) - matched, len(spans) - matched)


def _signal(path: Path) -> Signal:
    rows = _rows(path, ("frame", "ear", "blink_gt"))
    shut = [row["blink_gt"] == "1" for row in rows]
    ears = tuple(float(row["ear"] or "nan") for row in rows)
    return Signal(path.stem, SIGNAL_FPS, ears, tuple(_spans(shut)))


def _frames(span: str) -> tuple[int, int]:
    """Of "23-27", or of one frame."""
    first, _, last = span.strip().partition("-")
    return int(first), int(last or first)


def _spans(shut: Sequence[bool]) -> Iterable[tuple[int, int]]:
    """First and last index of every run of True."""
    start = None
    for index, is_shut in enumerate([*shut, False]):
        if is_shut and start is None:
            start = index
        elif not is_shut and start is not None:
            yield start, index - 1
            start = None


def _rows(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    missing = [column for column in columns if column not in (reader.fieldnames or ())]
    if missing:
        raise DataError(f"{path} lacks the columns {', '.join(missing)}")
    return rows
