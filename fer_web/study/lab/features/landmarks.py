"""The 68 landmarks of FER2013's pictures, which are faces already: there is nothing to detect.

Kazemi and Sullivan 2014, "One Millisecond Face Alignment with an Ensemble of Regression Trees".
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Points, Rect
from fer_web.core.landmarks import COUNT, anchors
from fer_web.errors import DataError, ModelError
from fer_web.vision.align import DLIB_BOX_CENTER, DLIB_BOX_SIDE, FER2013_ANCHORS, similarity
from fer_web.vision.landmarks import load_predictor, predictor_path

Pictures = NDArray[np.uint8]
Features = NDArray[np.float32]

VALUES = 2 * COUNT
ENLARGEMENT = 5
# The boxes whose predictions are averaged: dlib's usual one, and it moved or scaled by a few hundredths of its side.
# A prediction depends on the box that it starts from, and a mean over boxes less so.
SHIFTS = ((0.0, 0.0, 1.0), (-0.04, -0.03, 1.0), (0.04, -0.03, 1.0), (0.0, 0.05, 1.04))

# Which point takes each point's place in the mirror: dlib counts jaw, brows, nose, eyes, outer and inner lips.
MIRROR = (
    *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1), 45, 44, 43, 42, 47, 46, 39, 38, 37, 36,
    41, 40, *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), *range(67, 64, -1),
)  # fmt: skip


def whole_picture_landmarks(pictures: Pictures) -> Features:
    """(n, 136) x, y, x, y, … in pixels of the 48 x 48 picture, as the original program had them.

    dlib gets the small picture and the whole of it as the face's box, and answers whole pixels.
    """
    return np.stack([_whole(picture).ravel() for picture in pictures]) if len(pictures) else _none()


def fine_landmarks(pictures: Pictures) -> Features:
    """(n, 136) in pixels: the means of predictions in enlarged pictures, from several boxes around dlib's usual one."""
    return np.stack([_fine(picture).ravel() for picture in pictures]) if len(pictures) else _none()


def normalized(landmarks: Features) -> Features:
    """Landmarks (n, 136) in pixels, turned, scaled and moved so that the eyes and the mouth lie where they usually do.

    The unit is the picture's side. What is left is the face's shape, without where it lies and how it is turned.
    """
    points = landmarks.reshape(-1, COUNT, 2)
    out = np.empty_like(points)
    for index, face in enumerate(points):
        try:
            matrix = similarity(anchors(face), FER2013_ANCHORS)
        except ValueError:  # all points in one place: a picture without a face
            out[index] = face / 48
            continue
        out[index] = face @ matrix[:, :2].T + matrix[:, 2]
    return out.reshape(len(landmarks), VALUES)


def mirrored(landmarks: Features, width_px: int) -> Features:
    """Landmarks (n, 136) in pixels as they lie in the mirror image of a picture so wide."""
    points = landmarks.reshape(-1, COUNT, 2)[:, MIRROR].copy()
    points[..., 0] = width_px - 1 - points[..., 0]
    return np.asarray(points.reshape(len(landmarks), VALUES), dtype=np.float32)


def _whole(picture: NDArray[np.uint8]) -> Points:
    height, width = picture.shape
    return _predicted(picture, Rect(0, 0, width, height))


def _predicted(picture: NDArray[np.uint8], box: Rect) -> Points:
    # dlib's right and bottom edges belong to the box.
    parts = _predictor()(picture, dlib.rectangle(box.left, box.top, box.right - 1, box.bottom - 1)).parts()
    return np.array([(part.x, part.y) for part in parts], dtype=np.float32)


def _fine(picture: NDArray[np.uint8]) -> Points:
    large = cv2.resize(picture, None, fx=ENLARGEMENT, fy=ENLARGEMENT, interpolation=cv2.INTER_CUBIC)
    found = [_predicted(large, box) for box in _boxes(large.shape[1])]
    # A pixel's middle in the picture is no pixel's middle in the enlarged one: half a pixel either way.
    return np.asarray((np.mean(found, axis=0) + 0.5) / ENLARGEMENT - 0.5, dtype=np.float32)


@lru_cache(maxsize=2)
def _boxes(side_px: int) -> tuple[Rect, ...]:
    boxes = []
    for right, down, scale in SHIFTS:
        side = DLIB_BOX_SIDE * scale * side_px
        x, y = DLIB_BOX_CENTER * side_px + np.array([right, down]) * side
        left, top = round(x - side / 2), round(y - side / 2)
        boxes.append(Rect(left, top, left + round(side), top + round(side)))
    return tuple(boxes)


def require_predictor() -> None:
    """DataError, with what to install, where dlib's predictor is missing."""
    try:
        predictor_path()
    except ModelError as error:
        raise DataError(f"landmarks need dlib's predictor: {error}") from error


def _predictor() -> Any:
    require_predictor()
    return load_predictor()


def _none() -> Features:
    return np.zeros((0, VALUES), dtype=np.float32)
