"""The step that counts blinks: a detector for every person who is followed."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Blink, Face, Faces, Frame, Points, Pose
from fer_web.core.landmarks import anchors
from fer_web.core.movements import BLINK, mean_of
from fer_web.vision.appearance import likeness
from fer_web.vision.blink_detector import RULES, BlinkDetector, BlinkRules
from fer_web.vision.eye_baseline import OpenLevel
from fer_web.vision.eyes import (
    DEFAULT_SHUT_EAR,
    SHUT_MOVEMENT,
    are_eyes_plausible,
    eye_aspect_ratios,
    eye_distance,
)
from fer_web.vision.memory import PerTrack

# Eye distances a second. Nodding, talking and shaking a head stay under 18; beyond this it is a jump of the landmarks.
FASTEST = 20.0
# From one sample to the next a face becomes larger or smaller by at most this factor; else it is another one, or a cut.
MOST_GROWTH = 1.25
# The crop of a face is like the one before by at least this much, also while it blinks or turns; after a cut it is not.
LEAST_LIKENESS = 0.5
LIKE_FOR_S = 0.05  # as long as this; after more time a turning head looks as different
# Lids of a bowed head hide the eyes, open or shut: one that is lower than usual by this, the usual being the 80th
# percentile of the last minute.
BOWED_DEG = 8.0
USUAL_PERCENTILE, USUAL_WINDOW_S = 80.0, 60.0
# The mesh's lids go down to a quarter of the open level when they shut, and to a third when somebody looks down; dlib's
# stay above two fifths. The lids of some dip to .7 only, which counts where a movement tells it from a glance.
MESH_SHUT_SHARE, MESH_DIP_MORE = 0.3, 0.07


def _usual_pitch() -> OpenLevel:
    return OpenLevel(USUAL_PERCENTILE, USUAL_WINDOW_S)


@dataclass(eq=False)
class _Eyes:
    """What is remembered of one person: their detector, and their face when it was last seen."""

    detector: BlinkDetector
    usual_pitch: OpenLevel = field(default_factory=_usual_pitch)
    landmarks: Points | None = None
    chip: NDArray[np.uint8] | None = None
    time_s: float = -math.inf
    blink: Blink | None = None

    def take(self, face: Face, landmarks: Points, time_s: float) -> Blink:
        """The state after a face's next picture; the last one, when nobody has looked at the face anew."""
        if self.blink is not None and landmarks is self.landmarks and time_s >= self.time_s:
            return self.blink
        left, right = eye_aspect_ratios(landmarks)
        detector = self.detector
        if time_s <= self.time_s:
            detector.begin_anew(time_s)
            self.usual_pitch = _usual_pitch()
        is_seen = are_eyes_plausible(landmarks) and not (face.pose and face.pose.is_turned)
        is_measurable = is_seen and not self._is_cut(face, landmarks, time_s)
        movement = shut_movement(face)
        detector.feed(time_s, left, right, is_measurable, movement)
        is_open = self._is_open(movement, face.pose, time_s)
        last = detector.last
        when = (last.lowest_s, last.duration_s) if last else (None, None)
        self.landmarks, self.chip, self.time_s = landmarks, face.chip, time_s
        self.blink = Blink(left, right, is_open, detector.count, *when)
        return self.blink

    def _is_cut(self, face: Face, landmarks: Points, time_s: float) -> bool:
        """Whether this cannot be the picture that follows: the face jumped, grew, shrank or changed."""
        passed_s, before = time_s - self.time_s, self.landmarks
        if before is None or passed_s <= 0:
            return False
        size, size_before = eye_distance(landmarks), eye_distance(before)
        way = math.dist(anchors(before).mean(axis=0).tolist(), anchors(landmarks).mean(axis=0).tolist())
        is_moved = way / size / passed_s > FASTEST or not size < size_before * MOST_GROWTH < size * MOST_GROWTH**2
        return is_moved or (passed_s <= LIKE_FOR_S and self._is_unlike(face))

    def _is_unlike(self, face: Face) -> bool:
        return self.chip is not None and face.chip is not None and likeness(self.chip, face.chip) < LEAST_LIKENESS

    def _is_open(self, movement: float | None, pose: Pose | None, time_s: float) -> bool | None:
        """The detector's state; shut only where the movement agrees, unknown where a bowed head hides the eyes."""
        is_bowed = self._is_bowed(pose, time_s)
        if self.detector.is_open is not False:
            return self.detector.is_open
        if is_bowed:
            return None
        return movement is not None and movement < SHUT_MOVEMENT

    def _is_bowed(self, pose: Pose | None, time_s: float) -> bool:
        if pose is None:
            return False
        self.usual_pitch.add(time_s, pose.pitch_deg)
        return pose.pitch_deg < self.usual_pitch.value - BOWED_DEG


class Blinks:
    """Adds the state of the eyes and the number of blinks; a face without a track gets the state alone.

    A face that carries the very landmarks of the picture before, because it was not its turn, keeps its state. Without
    landmarks the state is unknown, and who had some before keeps the number. Who has not been seen for 35 s is
    forgotten. Belongs to one thread when faces have tracks.
    """

    name = "blink"

    def __init__(self, rules: BlinkRules = RULES) -> None:
        self._rules, self._mesh_rules = rules, for_mesh(rules)
        self._eyes: PerTrack[_Eyes] = PerTrack(lambda: _Eyes(BlinkDetector(RULES)))

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._judged(face, frame.time_s) for face in faces)

    def _judged(self, face: Face, time_s: float) -> Face:
        if face.track_id is None:
            return face if face.landmarks is None else replace(face, blink=_state(face, face.landmarks))
        eyes = self._eyes.get(face.track_id, time_s)
        if face.landmarks is None:
            return face if eyes.blink is None else replace(face, blink=_unseen(eyes.blink))
        eyes.detector.rules = self._rules if face.movements is None else self._mesh_rules
        return replace(face, blink=eyes.take(face, face.landmarks, time_s))


def for_mesh(rules: BlinkRules) -> BlinkRules:
    """The rules for eyes that come with movements."""
    return replace(rules, shut_share=MESH_SHUT_SHARE, dip_share=rules.dip_share + MESH_DIP_MORE)


def shut_movement(face: Face) -> float | None:
    """How far both lids move to shut, 0 to 1; None without movements."""
    return None if face.movements is None else mean_of(face.movements, BLINK)


def _unseen(blink: Blink) -> Blink:
    """What was counted so far, in a picture without landmarks."""
    return replace(blink, left_eye_aspect_ratio=None, right_eye_aspect_ratio=None, is_open=None)


def _state(face: Face, landmarks: Points) -> Blink:
    """Of somebody without history."""
    left, right = eye_aspect_ratios(landmarks)
    if (face.pose and face.pose.is_turned) or not are_eyes_plausible(landmarks):
        return Blink(left, right, None)
    movement = shut_movement(face)
    is_open = (left + right) / 2 >= DEFAULT_SHUT_EAR if movement is None else movement < SHUT_MOVEMENT
    return Blink(left, right, is_open)
