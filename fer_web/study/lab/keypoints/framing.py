"""Where faces lie in the training pictures, and whether their points lie where they should: measured with dlib.

A mirrored face mirrors a detector's errors: the mean of what dlib finds in a picture and, mirrored back, in its mirror
image has no sideways bias. Points that differ from it on average are biased themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Faces, Frame, Points, Rect
from fer_web.core.keypoints import NAMES
from fer_web.core.landmarks import anchors
from fer_web.errors import DataError
from fer_web.study.lab.keypoints.faces import SIDE_PX, KeypointFaces
from fer_web.study.lab.networks.beside import mirrored_points
from fer_web.vision.detect import Detect, HogDetector
from fer_web.vision.landmarks import load_predictor, predict_landmarks

# The landmarks of keypoints that are called the same.
TWINS = {
    "left_eye_outer_corner": 45,
    "left_eye_inner_corner": 42,
    "right_eye_inner_corner": 39,
    "right_eye_outer_corner": 36,
    "left_eyebrow_outer_end": 26,
    "right_eyebrow_outer_end": 17,
    "mouth_left_corner": 54,
    "mouth_right_corner": 48,
    "mouth_center_top_lip": 51,
    "mouth_center_bottom_lip": 57,
}
LARGEST_PIXELS = 1_000_000


@dataclass(frozen=True)
class Framing:
    """Over `count` faces: the mean places (3, 2) of right eye, left eye and mouth, and the points' `shift` (2,), in
    pixels."""

    count: int
    anchors: Points
    shift: NDArray[np.float64]


def measure_framing(faces: KeypointFaces, count: int = 500, seed: int = 0) -> Framing:
    """By `count` chance faces, those left out in which dlib does not find one; DataError when it finds none at all."""
    from tqdm import tqdm

    detect, predictor = Detect(HogDetector(), 1, LARGEST_PIXELS), load_predictor()
    rows = np.random.default_rng(seed).permutation(len(faces))[:count]
    places, shifts = [], []
    for row in tqdm(rows, desc="framing", mininterval=5, ascii=True):
        landmarks = _unbiased(detect, predictor, faces.pictures[row])
        if landmarks is not None:
            places.append(anchors(landmarks))
            shifts.append(np.nanmean(_twins(faces.points[row], landmarks), axis=0))
    if not places:
        raise DataError("dlib finds a single face in none of the pictures")
    return Framing(len(places), np.mean(places, axis=0), np.nanmean(shifts, axis=0))


def _unbiased(detect: Detect, predictor: Any, picture: NDArray[np.uint8]) -> Points | None:
    """The mean landmarks of a picture and its mirror image; None unless there is exactly one face in it."""
    found: Faces = detect(Frame(0, 0.0, np.repeat(picture[:, :, np.newaxis], 3, axis=2)), ())
    if len(found) != 1:
        return None
    rect = found[0].region
    turned = Rect(SIDE_PX - rect.right, rect.top, SIDE_PX - rect.left, rect.bottom)
    own = predict_landmarks(predictor, picture, rect)
    mirrored = predict_landmarks(predictor, np.ascontiguousarray(picture[:, ::-1]), turned)
    back = mirrored_points(mirrored[np.newaxis], SIDE_PX)[0]
    return np.asarray((own + back) / 2, np.float32)


def _twins(points: Points, landmarks: Points) -> NDArray[np.float64]:
    """How far points lie from their landmarks, (10, 2)."""
    return np.array([points[NAMES.index(name)] - landmarks[number] for name, number in TWINS.items()], np.float64)
