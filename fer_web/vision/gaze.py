"""The step that estimates where somebody looks: the head's pose, and the eyes' place in it by their movements."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np

from fer_web.core import Face, Faces, Frame, Gaze, Pose
from fer_web.core.movements import BLINK, look, mean_of
from fer_web.core.values import MOST_GAZE_DEG
from fer_web.vision.eyes import SHUT_MOVEMENT
from fer_web.vision.memory import PerTrack

# How far the eyes turn while a movement goes from 0 to 1. Chosen on the labeled clips (`bench gaze`), where eyes at the
# end of their way have 0.8 to 0.95.
EYES_ASIDE_DEG = 30.0
EYES_UP_DEG = 25.0
# What eyes that look straight ahead have of up less down: lids make them seem lowered.
LEVEL_EYES = -0.3
# Around a person's usual gaze: from here on it is at the camera, and from there on no longer.
ENTER_DEG, LEAVE_DEG = 12.0, 15.0
# The usual gaze is the median of a minute's gazes that come near the camera. Ten that point right at the camera count
# among them, so that a newcomer is compared with the camera itself.
NEAR_DEG = 20.0
EVERY_S = 0.5
MOST_GAZES = 120
FIRST_GAZES = ((0.0, 0.0),) * 10


@dataclass(eq=False)
class _Watched:
    """What is remembered of one person: their gazes near the camera, and whether they looked at it last."""

    gazes: deque[tuple[float, float]] = field(default_factory=lambda: deque(FIRST_GAZES, MOST_GAZES))
    usual: tuple[float, float] = (0.0, 0.0)
    taken_s: float = -math.inf
    looked: bool = False

    def learn(self, gaze: Gaze, time_s: float) -> None:
        """Takes a gaze for a usual one, twice a second at most."""
        if 0 <= time_s - self.taken_s < EVERY_S or _apart(gaze, (0.0, 0.0)) > NEAR_DEG:
            return
        self.taken_s = time_s
        self.gazes.append((gaze.yaw_deg, gaze.pitch_deg))
        yaw, pitch = np.median(np.array(self.gazes), axis=0).tolist()
        self.usual = (yaw, pitch)

    def judge(self, gaze: Gaze) -> bool:
        """Whether it is at the camera; who looks away comes back only by a closer look."""
        self.looked = _apart(gaze, self.usual) <= (LEAVE_DEG if self.looked else ENTER_DEG)
        return self.looked


class EstimateGaze:
    """Adds the gaze to every face with movements and a pose, unless its eyes are shut.

    Tracked faces are compared with their own usual gaze, others with the camera. Who has not been seen for half a
    minute is forgotten. Belongs to one thread when faces have tracks.
    """

    name = "gaze"

    def __init__(self) -> None:
        self._watched = PerTrack(_Watched, keep_s=30.0)

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._seen(face, frame.time_s) for face in faces)

    def _seen(self, face: Face, time_s: float) -> Face:
        gaze = gaze_of(face)
        if gaze is None or face.pose is None or abs(face.pose.yaw_deg) > MOST_GAZE_DEG:
            return replace(face, gaze=gaze)
        watched = _Watched() if face.track_id is None else self._watched.get(face.track_id, time_s)
        watched.learn(gaze, time_s)
        return replace(face, gaze=replace(gaze, looks_at_camera=watched.judge(gaze)))


def gaze_of(face: Face) -> Gaze | None:
    """Where a face looks, in degrees; None without movements or pose, and while the eyes are shut."""
    if face.movements is None or face.pose is None:
        return None
    is_shut = (face.blink is not None and face.blink.is_open is False) or mean_of(
        face.movements, BLINK
    ) >= SHUT_MOVEMENT
    if is_shut:
        return None
    aside, up = look(face.movements)
    return _turned(face.pose, EYES_ASIDE_DEG * aside, EYES_UP_DEG * (up - LEVEL_EYES))


def _turned(pose: Pose, yaw_deg: float, pitch_deg: float) -> Gaze:
    """The eyes' angles in the head, tilted and turned with the head."""
    roll = math.radians(pose.roll_deg)
    yaw = yaw_deg * math.cos(roll) + pitch_deg * math.sin(roll)
    pitch = pitch_deg * math.cos(roll) - yaw_deg * math.sin(roll)
    return Gaze(pose.yaw_deg + yaw, pose.pitch_deg + pitch)


def _apart(gaze: Gaze, usual: tuple[float, float]) -> float:
    return math.hypot(gaze.yaw_deg - usual[0], gaze.pitch_deg - usual[1])
