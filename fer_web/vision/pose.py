"""Where a head points, from its points and a model of a head: the mesh's, else the 68 landmarks', else the five's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Points, Pose, Size
from fer_web.core.landmarks import LEFT_EYE, RIGHT_EYE
from fer_web.core.mesh import Mesh

Vector: TypeAlias = NDArray[np.float64]
Place: TypeAlias = tuple[float, float, float]
Sides: TypeAlias = Mapping[tuple[int, int], Place]

# Ten suffice: heads turned by 60 degrees are found to 0.2 degrees with them.
_ENOUGH = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 10, 1e-4)


@dataclass(frozen=True, slots=True, eq=False)
class HeadModel:
    """Where points of a head lie, (n, 3) centimeters: x to the person's left, y down, z into the head.

    `numbers` are the points' places among those that are found. The eyes' middles are `eye_distance` apart. What fits
    worse than `most_residual`, in eye distances, is no such head.
    """

    numbers: tuple[int, ...]
    places: Vector
    eye_distance: float
    most_residual: float

    @classmethod
    def of(cls, sides: Sides, middle: Mapping[int, Place], eye_distance: float, most_residual: float) -> HeadModel:
        """Of pairs of points, the person's right and left one with the left one's place, and of those in the middle."""
        known = {right: (-x, y, z) for (right, _), (x, y, z) in sides.items()}
        known |= {left: place for (_, left), place in sides.items()} | dict(middle)
        places = np.array(list(known.values()))
        return cls(tuple(known), places - places.mean(axis=0), eye_distance, most_residual)

    def pose(self, found: NDArray[Any], right_eye: NDArray[Any], left_eye: NDArray[Any], size: Size) -> Pose | None:
        """Of points (…, 2 or more) in a picture of `size`, whose eyes' middles are given too; None if nothing fits.

        The picture may be a crop: its own middle plays no part. Takes about 0.1 ms.
        """
        points = np.asarray(found[list(self.numbers), :2], np.float64)
        apart = math.dist(right_eye.tolist(), left_eye.tolist())
        if not np.isfinite(points).all() or not apart >= 1:
            return None
        points -= points.mean(axis=0)
        focal_px = float(max(size))
        camera = np.diag([focal_px, focal_px, 1.0])
        # A head that looks into the camera, tilted as the eyes are: from here the search ends at a face, not at its
        # mirror image behind the picture.
        tilt = math.atan2(float(left_eye[1] - right_eye[1]), float(left_eye[0] - right_eye[0]))
        turn, place = np.array([[0.0], [0.0], [tilt]]), np.array([[0.0], [0.0], [focal_px * self.eye_distance / apart]])
        try:
            turn, place = cv2.solvePnPRefineLM(self.places, points, camera, None, turn, place, _ENOUGH)
        except cv2.error:
            return None
        seen = cv2.projectPoints(self.places, turn, place, camera, None)[0][:, 0]
        # Against the eyes' distance of a head that is not turned, or profiles would fit worse than they do.
        unturned_px = focal_px * self.eye_distance / float(place[2, 0])
        residual = math.sqrt(float(((seen - points) ** 2).sum(axis=1).mean())) / unturned_px
        if not 0 <= residual <= self.most_residual:
            return None
        pose = angles(cv2.Rodrigues(turn)[0])
        return None if pose is None else replace(pose, residual=residual)


# Google's canonical face model, vertices of geometry_pipeline_metadata_landmarks.binarypb (MediaPipe, Apache-2.0), and
# of them the 33 that Google's own fit of a pose uses, because faces that move leave them in their place.
MESH_HEAD = HeadModel.of(
    {
        (33, 263): (4.45, -2.66, -3.17),  # outer corners of the eyes
        (133, 362): (1.86, -2.59, -3.76),  # inner corners of the eyes
        (129, 358): (1.79, 0.98, -4.85),  # wings of the nose
        (198, 420): (1.25, -0.23, -5.68),
        (205, 425): (3.83, 1.54, -4.14),  # cheeks
        (117, 346): (5.26, -0.95, -2.97),
        (119, 348): (3.30, -0.86, -3.87),
        (121, 350): (1.82, -1.47, -4.22),
        (143, 372): (6.41, -2.24, -1.56),  # temples
        (147, 376): (6.23, 1.94, -1.66),
        (127, 356): (7.74, -2.36, 2.01),  # outline
        (132, 361): (7.27, 2.89, 2.25),
        (136, 365): (5.09, 7.18, -0.71),
        (54, 284): (6.28, -6.62, -1.43),  # forehead
        (67, 297): (3.52, -8.01, -3.73),
    },
    {4: (0.0, 0.46, -7.59), 6: (0.0, -2.47, -5.79), 10: (0.0, -8.26, -4.48)},  # tip and bridge of the nose, forehead
    eye_distance=6.3,
    # Faces of clips stay under 0.09, laughing and turned by 55 degrees too.
    most_residual=0.2,
)
# Fourteen places of the anthropometric model of Martins and Batista 2008 ("Accurate single view model-based head pose
# estimation"), for dlib's 68 points.
LANDMARKS_HEAD = HeadModel.of(
    {
        (17, 26): (6.83, -6.76, -4.40),  # outer ends of the brows
        (21, 22): (1.33, -7.12, -6.90),  # inner ends of the brows
        (36, 45): (5.31, -5.49, -3.99),  # outer corners of the eyes
        (39, 42): (1.79, -5.39, -4.41),  # inner corners of the eyes
        (31, 35): (2.01, -1.41, -6.17),  # wings of the nose
        (48, 54): (2.77, 2.08, -5.05),  # corners of the mouth
    },
    {57: (0.0, 3.12, -6.10), 8: (0.0, 7.42, -4.07)},  # lower lip, chin
    eye_distance=7.1,
    most_residual=0.3,  # ordinary faces stay under 0.15
)
# Google's model again: YuNet's middles of the eyes, tip of the nose, corners of the mouth.
FIVE_HEAD = HeadModel.of(
    {(0, 1): (3.15, -2.62, -3.47), (3, 4): (2.46, 4.34, -4.28)},
    {2: (0.0, 1.13, -7.48)},
    eye_distance=6.3,
    most_residual=0.2,
)


def mesh_pose(mesh: Mesh, size: Size) -> Pose | None:
    """The pose of a mesh (478, 3), relative to the line of sight: 0, 0, 0 looks into the camera."""
    right, left = mesh[[33, 133], :2].mean(axis=0), mesh[[263, 362], :2].mean(axis=0)
    return MESH_HEAD.pose(mesh, right, left, size)


def head_pose(landmarks: Points, size: Size) -> Pose | None:
    """Likewise of 68 landmarks (68, 2); None for landmarks that no head in front of the camera can have."""
    right, left = landmarks[RIGHT_EYE].mean(axis=0), landmarks[LEFT_EYE].mean(axis=0)
    return LANDMARKS_HEAD.pose(landmarks, right, left, size)


def rough_pose(five: Points, size: Size) -> Pose | None:
    """Likewise of YuNet's five points (5, 2): within some degrees."""
    return FIVE_HEAD.pose(five, five[0], five[1], size)


def angles(rotation: Vector) -> Pose | None:
    """Of a rotation (3, 3) from the model to the camera (x right, y down, z away); None when it looks away from it."""
    toward_x, toward_y, toward_z = (-rotation[:, 2]).tolist()
    if not toward_z < 0:
        return None
    yaw = math.atan2(toward_x, -toward_z)
    pitch = math.asin(min(max(-toward_y, -1.0), 1.0))
    roll = math.atan2(rotation[1, 0], rotation[1, 1])
    return Pose(math.degrees(yaw), math.degrees(pitch), math.degrees(roll))


class EstimatePose:
    """Adds the head's pose to every face whose points tell it, by the best that there are."""

    name = "pose"

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(replace(face, pose=_pose(face, frame.size)) for face in faces)


def _pose(face: Face, size: Size) -> Pose | None:
    if face.mesh is not None:
        return mesh_pose(face.mesh, size)
    if face.landmarks is not None:
        return head_pose(face.landmarks, size)
    return None if face.five is None else rough_pose(face.five, size)
