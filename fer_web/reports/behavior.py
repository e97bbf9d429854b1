"""What a person did: when they looked at the camera, faced it, smiled, moved, and how well they could be seen."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fer_web.core import Reading
from fer_web.reports.movements import RULES, Movements
from fer_web.reports.stretches import BRIDGE_S, MOST_STRETCHES, Stretch, Stretches, joined

# A face as wide as these shares of the picture is far away, or too near.
FAR, NEAR = 0.1, 0.6
# Where a face's middle is in the middle of the picture: from left to right, from top to bottom.
MIDDLE_X, MIDDLE_Y = (0.25, 0.75), (0.15, 0.8)
# Ordinary photographs have a brightness of 0.21 to 0.73 and a sharpness of 0.31 to 1 (`vision/quality.py`).
DARK, BRIGHT, BLURRED = 0.2, 0.85, 0.25
# A head moves when its angles, together, change by this within that time: 20 degrees a second. Estimates of a head that
# hardly moves while somebody talks differ by less (d10 of docs/gaze.md).
MOVES_DEG, MOVES_S = 5.0, 0.25

# By name, whether a reading shows it, None where that is not known; `width` is the picture's, 0 when it is not known.
Shows: TypeAlias = Callable[[Reading, int], bool | None]


def _share_of_width(reading: Reading, width: int) -> float:
    return (reading.size_px or 0) / width if width else 0.0


def _is_off_center(reading: Reading, _: int) -> bool:
    if reading.center_x is None or reading.center_y is None:
        return False
    return not (MIDDLE_X[0] <= reading.center_x <= MIDDLE_X[1] and MIDDLE_Y[0] <= reading.center_y <= MIDDLE_Y[1])


def _negated(known: bool | None) -> bool | None:
    return None if known is None else not known


SHOWS: dict[str, Shows] = {
    "looking": lambda reading, _: reading.is_looking,
    "away": lambda reading, _: _negated(reading.is_looking),
    "facing": lambda reading, _: reading.is_facing,
    "aside": lambda reading, _: _negated(reading.is_facing),
    "unreadable": lambda reading, _: reading.is_unreadable,
    "far": lambda reading, width: 0 < _share_of_width(reading, width) < FAR,
    "near": lambda reading, width: _share_of_width(reading, width) > NEAR,
    "off_center": _is_off_center,
    "dark": lambda reading, _: reading.brightness is not None and reading.brightness < DARK,
    "bright": lambda reading, _: reading.brightness is not None and reading.brightness > BRIGHT,
    "blurred": lambda reading, _: reading.sharpness is not None and reading.sharpness < BLURRED,
}
# Where a short break counts: a glance aside of this length ends a look.
OF_LOOKS = ("looking", "away", "facing", "aside")
GLANCE_S = 0.2
GONE = "gone"


@dataclass(frozen=True, slots=True)
class Found:
    """All times of one thing that are long enough: how many, their sum, the first, and (of many the longest)
    stretches."""

    count: int = 0
    total_s: float = 0.0
    first: Stretch[bool] | None = None
    stretches: tuple[Stretch[bool], ...] = ()

    @classmethod
    def of(cls, stretches: Stretches[bool]) -> Found:
        return cls(stretches.count, stretches.total_s, stretches.first, tuple(stretches.kept))

    @property
    def longest(self) -> Stretch[bool] | None:
        """The first of the longest; None without any."""
        return max(self.stretches, key=lambda stretch: stretch.duration_s, default=None)


Behavior: TypeAlias = Mapping[str, Found]


class BehaviorSearch:
    """Finds everything of `SHOWS`, movements, and absences, as readings come."""

    def __init__(self, width: int, calm_until_s: float | None, most: int = MOST_STRETCHES) -> None:
        self._width = width
        self._stretches: dict[str, Stretches[bool]] = {
            name: Stretches(most=most, glance_s=GLANCE_S if name in OF_LOOKS else BRIDGE_S) for name in SHOWS
        }
        self._movements = {name: Movements(rule, calm_until_s, most) for name, rule in RULES.items()}
        self._gone: Stretches[bool] = Stretches(most=most)
        self._end_s: float | None = None

    def add(self, readings: Sequence[Reading], ends_s: Sequence[float]) -> None:
        """Readings in their order, and until when each stands."""
        starts_s = [one.time_s for one in readings]
        for start_s, end_s in zip(starts_s, ends_s, strict=True):
            if self._end_s is not None and start_s > self._end_s:
                self._gone.add(self._end_s, start_s, True)
            self._end_s = end_s
        for movements in self._movements.values():
            movements.add(readings, ends_s)
        for name, shows in SHOWS.items():
            values = [shows(one, self._width) for one in readings]
            for start_s, end_s, value in joined(starts_s, ends_s, values):
                self._stretches[name].add(start_s, end_s, value)

    def found(self) -> Behavior:
        """No reading comes any more."""
        every = {**self._stretches, GONE: self._gone}
        for stretches in every.values():
            stretches.finish()
        every |= {name: movements.finish() for name, movements in self._movements.items()}
        return {name: Found.of(stretches) for name, stretches in every.items()}


class HeadMotion:
    """Whether one head is moving, by how its pose was a moment ago."""

    def __init__(self) -> None:
        self._poses: deque[tuple[float, float, float, float]] = deque()

    def take(self, reading: Reading) -> bool | None:
        """Whether it moves now; None while that is not known."""
        if reading.yaw_deg is None or reading.pitch_deg is None or reading.roll_deg is None:
            self._poses.clear()
            return None
        now = (reading.time_s, reading.yaw_deg, reading.pitch_deg, reading.roll_deg)
        self._poses.append(now)
        while len(self._poses) > 1 and now[0] - self._poses[1][0] >= MOVES_S:
            self._poses.popleft()
        before = self._poses[0]
        passed_s = now[0] - before[0]
        if not MOVES_S <= passed_s <= 2 * MOVES_S:
            return None
        return math.dist(now[1:], before[1:]) / passed_s >= MOVES_DEG / MOVES_S
