"""The 68 landmarks of a face in a box, by dlib's regression trees.

Kazemi and Sullivan 2014, "One Millisecond Face Alignment with an Ensemble of Regression Trees".
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import dlib
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Faces, Frame, Points, Rect
from fer_web.core.landmarks import COUNT
from fer_web.errors import ModelError
from fer_web.vision.align import to_gray

PREDICTOR_FILE = "shape_predictor_68_face_landmarks.dat"


def predictor_path() -> Path:
    """Where the landmark file lies: inside the package face_recognition_models, which is not imported for it.

    ModelError when the package or the file is missing.
    """
    spec = importlib.util.find_spec("face_recognition_models")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    for folder in folders:
        path = Path(folder) / "models" / PREDICTOR_FILE
        if path.is_file():
            return path
    raise ModelError(f"{PREDICTOR_FILE} is missing: pip install face_recognition_models")


@lru_cache(maxsize=1)
def load_predictor() -> Any:
    """dlib's shape predictor, 100 MB, once for the process: it keeps no state and any thread may use it."""
    return dlib.shape_predictor(str(predictor_path()))


def predict_landmarks(predictor: Any, gray: NDArray[np.uint8], rect: Rect) -> Points:
    """The 68 points (68, 2) float32 of the face in `rect`; they may lie outside of the picture."""
    box = dlib.rectangle(rect.left, rect.top, rect.right - 1, rect.bottom - 1)
    parts = predictor(gray, box).parts()
    return np.fromiter((value for point in parts for value in (point.x, point.y)), np.float32, 2 * COUNT).reshape(
        COUNT, 2
    )


class FindLandmarks:
    """Adds the landmarks to every face."""

    name = "landmarks"

    def __init__(self, predictor: Any) -> None:
        self.predictor = predictor

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        if not faces:
            return faces
        gray = to_gray(frame.pixels)
        return tuple(replace(face, landmarks=predict_landmarks(self.predictor, gray, face.rect)) for face in faces)
