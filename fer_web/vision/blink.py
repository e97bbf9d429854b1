"""The step that counts blinks: a detector for every person who is followed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from fer_web.core import Blink, Face, Faces, Frame, Points, Pose
from fer_web.core.landmarks import anchors
from fer_web.vision.blink_detector import RULES, BlinkDetector, BlinkRules
from fer_web.vision.eyes import DEFAULT_SHUT_EAR, are_eyes_plausible, eye_aspect_ratios, eye_distance
from fer_web.vision.memory import PerTrack

# Eye distances a second. Nodding, talking and shaking a head stay under 11; beyond this it is a jump of the landmarks.
FASTEST = 15.0


@dataclass(eq=False)
class _Eyes:
    """What is remembered of one person: their detector, and where their face was when it was last seen."""

    detector: BlinkDetector
    place: tuple[float, float] | None = None
    time_s: float = -math.inf

    def are_measurable(self, landmarks: Points, pose: Pose | None, time_s: float) -> bool:
        """Whether the eyes can be trusted in this frame; remembers the face's place for the next one."""
        x, y = anchors(landmarks).mean(axis=0).tolist()
        passed_s, before = time_s - self.time_s, self.place
        self.place, self.time_s = (x, y), time_s
        if not are_eyes_plausible(landmarks) or (pose and pose.is_turned):
            return False
        if before is None or passed_s <= 0:
            return True
        return math.dist(before, (x, y)) / eye_distance(landmarks) / passed_s <= FASTEST


class Blinks:
    """Adds the state of the eyes and the number of blinks; a face without a track gets the state alone.

    Who has not been seen for ten seconds is forgotten. Belongs to one thread when faces have tracks.
    """

    name = "blink"

    def __init__(self, rules: BlinkRules = RULES) -> None:
        self._eyes: PerTrack[_Eyes] = PerTrack(lambda: _Eyes(BlinkDetector(rules)))

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._judged(face, frame.time_s) for face in faces)

    def _judged(self, face: Face, time_s: float) -> Face:
        if face.landmarks is None:
            return face
        if face.track_id is None:
            return replace(face, blink=_state(face.landmarks, face.pose))
        eyes = self._eyes.get(face.track_id, time_s)
        left, right = eye_aspect_ratios(face.landmarks)
        detector = eyes.detector
        detector.feed(time_s, left, right, eyes.are_measurable(face.landmarks, face.pose, time_s))
        last = detector.last
        when = (last.lowest_s, last.duration_s) if last else (None, None)
        return replace(face, blink=Blink(left, right, detector.is_open, detector.count, *when))


def _state(landmarks: Points, pose: Pose | None) -> Blink:
    """Of somebody without history."""
    left, right = eye_aspect_ratios(landmarks)
    if (pose and pose.is_turned) or not are_eyes_plausible(landmarks):
        return Blink(left, right, None)
    return Blink(left, right, (left + right) / 2 >= DEFAULT_SHUT_EAR)
