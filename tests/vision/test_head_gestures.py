"""Nods and shakes: heads that are made to move, and a clip in which a girl nods."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from fer_web.core import HeadGestures, Pose
from fer_web.vision.head_gestures import HeadWatch

Way = Callable[[float], tuple[float, float]]


def watched(way: Way, seconds: float = 4.0, fps: float = 15.0) -> HeadGestures:
    """The counts after a head went its way: pitch and yaw in degrees, by time."""
    watch = HeadWatch()
    found = HeadGestures(0, 0)
    for number in range(round(seconds * fps)):
        pitch, yaw = way(number / fps)
        found = watch.take(number / fps, Pose(yaw, pitch, 0.0))
    return found


def swing(time_s: float, times: int, hz: float, size_deg: float) -> float:
    """0 at first, then so many times down and up, or to one side, to the other and back; from end to end `size_deg`."""
    return size_deg / 2 * math.cos(2 * math.pi * hz * time_s) if time_s < times / hz else size_deg / 2


@pytest.mark.parametrize("fps", [10, 15, 30])
@pytest.mark.parametrize("times", [1, 2, 5])
@pytest.mark.parametrize("hz", [1.25, 2.0, 3.0])
def test_every_nod_counts_once(times: int, hz: float, fps: float) -> None:
    assert watched(lambda time_s: (swing(time_s, times, hz, 12), 0.0), 5, fps) == HeadGestures(times, 0)


@pytest.mark.parametrize("fps", [10, 15, 30])
@pytest.mark.parametrize("times", [1, 3])
def test_every_shake_counts_once(times: int, fps: float) -> None:
    def way(time_s: float) -> tuple[float, float]:
        return 0.0, 12 * math.sin(2 * math.pi * 1.5 * time_s) if time_s < times / 1.5 else 0.0

    assert watched(way, 5, fps) == HeadGestures(0, times)


@pytest.mark.parametrize(
    "way",
    [
        lambda _: (0.0, 0.0),
        lambda time_s: (swing(time_s, 3, 2, 4), 0.0),  # a jaw that opens
        lambda time_s: (-12.0 if 1 < time_s < 3 else 0.0, 0.0),  # looks down for two seconds
        lambda time_s: (0.0, 20.0 if 1 < time_s < 1.5 else 0.0),  # glances aside
        lambda time_s: (0.0, 20.0 if time_s > 1 else -20.0),  # turns to somebody else
        lambda time_s: (swing(time_s, 8, 2, 12), 6 * math.sin(4 * math.pi * time_s)),  # circles
        lambda time_s: (-4 * time_s, 3 * time_s),  # drifts
    ],
    ids=["still", "talks", "looks down", "glances", "turns", "circles", "drifts"],
)
def test_other_ways_of_a_head_are_neither(way: Way) -> None:
    assert watched(way) == HeadGestures(0, 0)


def test_a_way_with_a_gap_or_a_turned_head_in_it_is_not_known() -> None:
    watch = HeadWatch()

    for time_s, pitch in ((0.0, 6.0), (0.2, -6.0), (0.9, 6.0)):
        found = watch.take(time_s, Pose(0.0, pitch, 0.0))
    assert found == HeadGestures(0, 0)
    for time_s, yaw, pitch in ((1.1, 0.0, -6.0), (1.3, 50.0, -6.0), (1.5, 0.0, 6.0)):
        found = watch.take(time_s, Pose(yaw, pitch, 0.0))
    assert found == HeadGestures(0, 0)
    assert watch.take(1.6, None) == HeadGestures(0, 0)
