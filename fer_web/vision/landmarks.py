"""The 68 landmarks of a face in a box, by dlib's regression trees.

Kazemi and Sullivan 2014, "One Millisecond Face Alignment with an Ensemble of Regression Trees".
"""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Faces, Frame, Points, Rect
from fer_web.core.landmarks import COUNT
from fer_web.errors import ModelError
from fer_web.registry import sha256_of
from fer_web.vision.align import to_gray

# Boxes narrower than this are enlarged to it, because rounding to whole pixels makes a small eye's openness jump. Tried
# once on ten photos reduced to 50-100 px: linear enlargement was less exact, a larger one hardly more.
FINE_WIDTH_PX = 240
PREDICTOR_FILE = "shape_predictor_68_face_landmarks.dat"
# Of the file as dlib's author publishes it. dlib reads it with native code, and trusts what it reads.
PREDICTOR_SHA256 = "fbdc2cb80eb9aa7a758672cbfdda32ba6300efe9b6e6c7a299ff7e736b11b92f"


def predictor_path() -> Path:
    """Where the landmark file lies: inside the package face_recognition_models, which is not imported for it.

    ModelError when the package or the file is missing.
    """
    for folder in _package_folders():
        path = folder / "models" / PREDICTOR_FILE
        if path.is_file():
            return path
    raise ModelError(f"{PREDICTOR_FILE} is missing: pip install -r requirements.txt")


def is_predictor_installed() -> bool:
    """Whether its package is there; serving with the default settings does without."""
    return bool(_package_folders())


def _package_folders() -> list[Path]:
    spec = importlib.util.find_spec("face_recognition_models")
    return [Path(folder) for folder in (spec.submodule_search_locations or ())] if spec else []


def verified_predictor() -> Path:
    """The landmark file's path once its hash is known to be right; ModelError when it is another file, or damaged."""
    path = predictor_path()
    actual = sha256_of(path)
    if actual != PREDICTOR_SHA256:
        raise ModelError(
            f"{path} has SHA-256 {actual[:12]}… instead of {PREDICTOR_SHA256[:12]}…: the file was changed or damaged; "
            "pip install --force-reinstall --no-deps face_recognition_models"
        )
    return path


@lru_cache(maxsize=1)
def load_predictor() -> Any:
    """dlib's shape predictor, 100 MB, once for the process: it keeps no state and any thread may use it."""
    return dlib_package().shape_predictor(str(verified_predictor()))


def predict_landmarks(predictor: Any, gray: NDArray[np.uint8], rect: Rect) -> Points:
    """The 68 points (68, 2) float32 of the face in `rect`; they may lie outside of the picture.

    dlib answers whole pixels. For a small face they are predicted in an enlarged crop, as fractions of a pixel.
    """
    scale = FINE_WIDTH_PX / rect.width
    area = rect.expanded(0.5).clipped((gray.shape[1], gray.shape[0]))
    if scale <= 1 or area is None:
        return _whole_pixels(predictor, gray, rect)
    crop = gray[area.top : area.bottom, area.left : area.right]
    size = (round(area.width * scale), round(area.height * scale))
    fine = np.asarray(cv2.resize(crop, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    points = _whole_pixels(predictor, fine, rect.moved(-area.left, -area.top).scaled(scale))
    # A pixel's middle in the crop is no pixel's middle in the enlarged one: half a pixel either way.
    moved = (points + 0.5) / scale + (area.left - 0.5, area.top - 0.5)
    return np.asarray(moved, np.float32)


def _whole_pixels(predictor: Any, gray: NDArray[np.uint8], rect: Rect) -> Points:
    # dlib's right and bottom edges belong to the box.
    parts = predictor(gray, dlib_package().rectangle(rect.left, rect.top, rect.right - 1, rect.bottom - 1)).parts()
    flat = np.fromiter((value for point in parts for value in (point.x, point.y)), np.float32, 2 * COUNT)
    return flat.reshape(COUNT, 2)


def dlib_package() -> Any:
    """Only those who chose it need it: it is not part of what serving installs."""
    try:
        import dlib
    except ImportError as error:
        raise ModelError("dlib is not installed: pip install -r requirements.txt") from error
    return dlib


class FindLandmarks:
    """Adds the landmarks to every face."""

    name = "landmarks"

    def __init__(self, predictor: Any) -> None:
        self.predictor = predictor

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        if not faces:
            return faces
        gray = to_gray(frame.pixels)
        return tuple(replace(face, landmarks=predict_landmarks(self.predictor, gray, face.region)) for face in faces)
