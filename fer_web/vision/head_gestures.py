"""The step that counts nods and shakes of the head, by how its pose moves."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeAlias

from fer_web.core import Face, Faces, Frame, HeadGestures, Pose
from fer_web.vision.memory import PerTrack

# A nod goes down and up, a shake to one side, to the other and back, within these times. Heads go one to three times a
# second up and down, or from side to side.
NOD_S, SHAKE_S = 1.0, 1.2
# How far, from end to end. A jaw that opens moves the pitch by up to 5.5 degrees, a moving body the yaw by up to 9 (the
# clips of docs/gaze.md); d11's smallest nods have 6.
NOD_DEG, SHAKE_DEG = 6.0, 10.0
# Up again is back by this share of the way down. A shake is come into, and left, by this share of its way; one that
# follows another was come into before.
BACK, HALF, AGAIN = 0.6, 0.4, 0.2
# The other angle moves by less than this share, or the head goes elsewhere.
STRAIGHT = 0.8
# After a longer pause than this the head's way is not known.
PAUSE_S = 0.35

# Time in seconds, pitch and yaw in degrees.
Sample: TypeAlias = tuple[float, float, float]


@dataclass(eq=False)
class HeadWatch:
    """The way of one head during the last second, and how often it has nodded and shaken so far."""

    nods: int = 0
    shakes: int = 0
    _shook_s: float = -math.inf
    _nodding: deque[Sample] = field(default_factory=deque)
    _shaking: deque[Sample] = field(default_factory=deque)

    def take(self, time_s: float, pose: Pose | None) -> HeadGestures:
        """The counts after a pose; one that is turned away, or none, begins anew."""
        if pose is None or pose.is_turned or not self._goes_on(time_s):
            self._nodding.clear()
            self._shaking.clear()
        if pose is not None and not pose.is_turned:
            sample = time_s, pose.pitch_deg, pose.yaw_deg
            self.nods += _ends_here(self._nodding, sample, NOD_S, is_nod)
            self.shakes += self._shakes(sample)
        return HeadGestures(self.nods, self.shakes)

    def _shakes(self, sample: Sample) -> bool:
        goes_on = bool(self._shaking) and self._shaking[0][0] == self._shook_s
        is_found = _ends_here(self._shaking, sample, SHAKE_S, partial(is_shake, into=AGAIN if goes_on else HALF))
        self._shook_s = sample[0] if is_found else self._shook_s
        return is_found

    def _goes_on(self, time_s: float) -> bool:
        return not self._nodding or 0 < time_s - self._nodding[-1][0] <= PAUSE_S


def is_nod(way: Sequence[Sample]) -> bool:
    """Whether somebody has just nodded: went down, and is up again, without turning as far aside."""
    pitches = [pitch for _, pitch, _ in way]
    bottom = pitches.index(min(pitches))
    down = max(pitches[: bottom + 1]) - pitches[bottom]
    up = pitches[-1] - pitches[bottom]
    began = max(place for place in range(bottom + 1) if pitches[place] - pitches[bottom] == down)
    return down >= NOD_DEG and up >= BACK * down and _spread(way[began:], 2) <= STRAIGHT * down


def is_shake(way: Sequence[Sample], into: float = HALF) -> bool:
    """Whether somebody has just shaken their head: to one side, to the other and partly back, without bowing as far."""
    yaws = [yaw for _, _, yaw in way]
    first, second = sorted((yaws.index(min(yaws)), yaws.index(max(yaws))))
    far = abs(yaws[second] - yaws[first])
    came = max(abs(yaw - yaws[first]) for yaw in yaws[: first + 1])
    left = abs(yaws[-1] - yaws[second])
    is_whole = came >= into * far and left >= HALF * far
    return far >= SHAKE_DEG and is_whole and _spread(way, 1) <= STRAIGHT * far


def _ends_here(
    way: deque[Sample], sample: Sample, within_s: float, is_whole: Callable[[Sequence[Sample]], bool]
) -> bool:
    """Whether a gesture ends with `sample`, which is added to the way; after one, the way begins with its end."""
    way.append(sample)
    while sample[0] - way[0][0] > within_s:
        way.popleft()
    is_found = is_whole(list(way))
    if is_found:
        way.clear()
        way.append(sample)
    return is_found


def _spread(way: Sequence[Sample], axis: int) -> float:
    values = [sample[axis] for sample in way]
    return max(values) - min(values)


class WatchHead:
    """Adds the counts to every face that is followed. Who has not been seen for 35 s is forgotten. Belongs to one
    thread."""

    name = "head"

    def __init__(self) -> None:
        self._watched = PerTrack(HeadWatch)

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._seen(face, frame.time_s) for face in faces)

    def _seen(self, face: Face, time_s: float) -> Face:
        if face.track_id is None:
            return face
        return replace(face, gestures=self._watched.get(face.track_id, time_s).take(time_s, face.pose))
