"""Where a head points, from its landmarks and a model of an average face."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Points, Pose, Size
from fer_web.vision.eyes import eye_distance

Vector: TypeAlias = NDArray[np.float64]

# Fourteen places of an average head in centimeters, of the anthropometric model of Martins and Batista 2008 ("Accurate
# single view model-based head pose estimation"): x to the person's left, y down, z into the head.
_ONE_SIDE = {
    (17, 26): (6.83, -6.76, -4.40),  # outer ends of the brows
    (21, 22): (1.33, -7.12, -6.90),  # inner ends of the brows
    (36, 45): (5.31, -5.49, -3.99),  # outer corners of the eyes
    (39, 42): (1.79, -5.39, -4.41),  # inner corners of the eyes
    (31, 35): (2.01, -1.41, -6.17),  # wings of the nose
    (48, 54): (2.77, 2.08, -5.05),  # corners of the mouth
}
_MIDDLE = {57: (0.0, 3.12, -6.10), 8: (0.0, 7.42, -4.07)}  # lower lip, chin
_PLACES = {
    **{pair[0]: (-x, y, z) for pair, (x, y, z) in _ONE_SIDE.items()},
    **{pair[1]: xyz for pair, xyz in _ONE_SIDE.items()},
    **_MIDDLE,
}
POINTS = tuple(_PLACES)
MODEL = np.array(list(_PLACES.values())) - np.mean(list(_PLACES.values()), axis=0)
MODEL_EYE_DISTANCE = 7.1
# Ten suffice: heads turned by 60 degrees are found to 0.2 degrees with them.
_ENOUGH = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 10, 1e-4)
# A face whose landmarks lie further than this, in eye distances, from where the model puts them is not a face that the
# model fits: ordinary ones stay under 0.15.
MOST_MISFIT = 0.3


def head_pose(landmarks: Points, size: Size) -> Pose | None:
    """The pose of a face (68, 2) in a picture of `size`, relative to the line of sight: 0, 0, 0 looks into the camera.

    The picture may be a crop: its own middle plays no part. None for landmarks that no head in front of the camera can
    have. Takes about 0.1 ms.
    """
    apart = eye_distance(landmarks)
    if not np.isfinite(landmarks).all() or apart < 1:
        return None
    points = landmarks[list(POINTS)].astype(np.float64)
    points -= points.mean(axis=0)
    camera = np.diag([float(max(size)), float(max(size)), 1.0])
    turn, place = _frontal(landmarks, apart, max(size))
    try:
        turn, place = cv2.solvePnPRefineLM(MODEL, points, camera, None, turn, place, _ENOUGH)
    except cv2.error:
        return None
    seen = cv2.projectPoints(MODEL, turn, place, camera, None)[0][:, 0]
    misfit = math.sqrt(float(((seen - points) ** 2).sum(axis=1).mean())) / apart
    if not misfit <= MOST_MISFIT or not place[2, 0] > 0:
        return None
    return angles(cv2.Rodrigues(turn)[0])


def angles(rotation: Vector) -> Pose | None:
    """Of a rotation (3, 3) from the model to the camera (x right, y down, z away); None when it looks away from it."""
    toward_x, toward_y, toward_z = (-rotation[:, 2]).tolist()
    if not toward_z < 0:
        return None
    yaw = math.atan2(toward_x, -toward_z)
    pitch = math.asin(min(max(-toward_y, -1.0), 1.0))
    roll = math.atan2(rotation[1, 0], rotation[1, 1])
    return Pose(math.degrees(yaw), math.degrees(pitch), math.degrees(roll))


def _frontal(landmarks: Points, apart: float, focal_px: float) -> tuple[Vector, Vector]:
    """Rotation vector and place of a head that looks into the camera, tilted as the eyes are: from here the search
    ends at a face, not at its mirror image behind the picture."""
    right, left = landmarks[36:42].mean(axis=0), landmarks[42:48].mean(axis=0)
    tilt = math.atan2(float(left[1] - right[1]), float(left[0] - right[0]))
    distance = focal_px * MODEL_EYE_DISTANCE / apart
    return np.array([[0.0], [0.0], [tilt]]), np.array([[0.0], [0.0], [distance]])


class EstimatePose:
    """Adds the head's pose to every face that has landmarks."""

    name = "pose"

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._posed(face, frame.size) for face in faces)

    def _posed(self, face: Face, size: Size) -> Face:
        return face if face.landmarks is None else replace(face, pose=head_pose(face.landmarks, size))
