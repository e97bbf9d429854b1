"""What tasks of a study are compared by: measures of one face over time, and their sums between any two moments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion, Reading, Recording
from fer_web.reports.bins import Sums
from fer_web.reports.measures import SHOWN, Column, rates_of
from fer_web.reports.summary import GAP_PICTURES, GAP_S

# Kept for a while for many recordings: half the precision is more than is shown.
Values = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class TaskMeasure:
    """What tasks are compared by; `column` is its place in a series. Shares of the time are told in percents."""

    title: str
    column: int
    is_share: bool = True
    highest: float = 1.0


SMILE, LOOKS, EYES = "smile", "looks_at_camera", "eye_openness"
TASK_MEASURES = {
    **{emotion.value: TaskMeasure(emotion.value.capitalize(), emotion.position) for emotion in Emotion},
    SMILE: TaskMeasure("Smile", 7, is_share=False),
    LOOKS: TaskMeasure("Looks at the camera", 8),
    EYES: TaskMeasure("Eye openness", 9, is_share=False, highest=0.5),
}
READABLE = 10
WIDTH = 11


@dataclass(frozen=True, slots=True)
class FaceSeries:
    """One face over a recording: `values` (n, WIDTH) hold from `starts_s` to `ends_s`, both (n,); NaN is not known.

    Where there are several faces at one time, it is the largest: whoever passes behind a participant does not count.
    """

    starts_s: Sums
    ends_s: Sums
    values: Values

    @classmethod
    def of(cls, recording: Recording, readings: Iterable[Reading]) -> FaceSeries:
        """Of readings in the order of time; each stands until the next, before a gap for the time of one picture."""
        faces = list(_largest(readings))
        if not faces:
            return cls(np.zeros(0), np.zeros(0), np.zeros((0, WIDTH), np.float32))
        starts_s = np.array([one.time_s for one in faces])
        ends_s = _ends(starts_s, 1 / recording.fps if recording.fps > 0 else 0.0)
        return cls(starts_s, ends_s, _values(faces, ends_s))

    def sums(self, edges_s: Sums) -> tuple[Sums, Sums]:
        """Between each two edges: the values times seconds, and the seconds in which they are known, (n, WIDTH)."""
        first, end = np.searchsorted(self.ends_s, edges_s[0]), np.searchsorted(self.starts_s, edges_s[-1])
        if first >= end:
            return np.zeros((len(edges_s) - 1, WIDTH)), np.zeros((len(edges_s) - 1, WIDTH))
        values, part = self.values[first:end].astype(np.float64), slice(first, end)
        times_s = np.column_stack([self.starts_s[part], self.ends_s[part]]).ravel()
        lengths_s = (self.ends_s[part] - self.starts_s[part])[:, None]
        is_known = ~np.isnan(values)
        return (
            _between(edges_s, times_s, np.where(is_known, values, 0) * lengths_s),
            _between(edges_s, times_s, is_known * lengths_s),
        )


def _largest(readings: Iterable[Reading]) -> Iterator[Reading]:
    for _, faces in groupby(readings, lambda one: one.time_s):
        yield max(faces, key=lambda one: one.size_px or 0)


def _ends(starts_s: Sums, step_s: float) -> Sums:
    gap_s = max(GAP_S, GAP_PICTURES * step_s)
    steps_s = np.append(np.diff(starts_s), np.inf)
    return np.asarray(starts_s + np.where(steps_s > gap_s, min(step_s, gap_s), steps_s), np.float64)


def _values(faces: list[Reading], ends_s: Sums) -> Values:
    """What is only known of a readable face is NaN of others; where somebody looks is known of turned heads, too."""
    rates = rates_of(faces, ends_s.tolist())
    values = np.full((len(faces), WIDTH), np.nan, np.float32)
    values[:, :7] = rates[:, SHOWN]
    values[:, TASK_MEASURES[SMILE].column] = [_or_nan(one.smile) for one in faces]
    values[:, TASK_MEASURES[EYES].column] = list(map(_openness, faces))
    values[rates[:, Column.UNREADABLE] > 0] = np.nan
    values[:, TASK_MEASURES[LOOKS].column] = [_or_nan(one.is_looking) for one in faces]
    values[:, READABLE] = 1 - rates[:, Column.UNREADABLE]
    return values


def _openness(face: Reading) -> float:
    """The mean eye aspect ratio of both eyes."""
    eyes = [eye for eye in (face.left_eye_aspect_ratio, face.right_eye_aspect_ratio) if eye is not None]
    return sum(eyes) / len(eyes) if eyes else np.nan


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _between(edges_s: Sums, times_s: Sums, amounts: Sums) -> Sums:
    """How much of what is spread evenly over stretches of time falls between each two edges."""
    steps = np.zeros((len(times_s), WIDTH))
    steps[1::2] = amounts
    total = np.cumsum(steps, axis=0)
    risen = [np.interp(edges_s, times_s, total[:, column]) for column in range(WIDTH)]
    return np.diff(np.column_stack(risen), axis=0)
