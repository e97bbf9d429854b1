"""Bringing a face into the framing of the pictures that the network was trained on."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Faces, Frame, Pixels, Points, Rect
from fer_web.core.landmarks import anchors
from fer_web.registry import InputSpec

# Where the right eye, the left eye and the mouth lie in FER2013's pictures, in 48ths of their side: means over 1,177
# training pictures in which dlib finds a face.
FER2013_ANCHORS: Points = np.array([[15.2, 18.5], [32.5, 18.4], [24.0, 37.9]], np.float32) / np.float32(48)
# Where dlib's box lies in the same pictures.
DLIB_BOX_CENTER = np.array([23.9, 26.8], np.float32) / 48
DLIB_BOX_SIDE = 41.8 / 48
# Finer sampling than this would cost more than aliasing hurts.
MAX_SUPERSAMPLING = 8


def similarity(source: Points, target: Points) -> NDArray[np.float64]:
    """The (2, 3) matrix that turns, scales and moves `source` (n, 2) onto `target` (n, 2), least squares, no mirroring.

    ValueError when the source points coincide (Umeyama 1991, "Least-squares estimation of transformation parameters").
    """
    from_center, to_center = source.mean(axis=0), target.mean(axis=0)
    a, b = (source - from_center).astype(np.float64), (target - to_center).astype(np.float64)
    power = float((a * a).sum())
    if power < 1e-9:
        raise ValueError("the points coincide")
    cosine = float((a * b).sum()) / power
    sine = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / power
    linear = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([linear, to_center - linear @ from_center])


def box_of(landmarks: Points) -> Rect:
    """The box that dlib's detector would draw around these landmarks (68, 2); ValueError when they coincide."""
    return box_around(anchors(landmarks))


def box_around(places: Points, framing: Points = FER2013_ANCHORS) -> Rect:
    """The box that dlib's detector would draw around eyes and mouth (3, 2) that lie at `framing` in FER2013's pictures.

    ValueError when they coincide.
    """
    to_picture = similarity(framing, places)
    x, y = to_picture[:, :2] @ DLIB_BOX_CENTER + to_picture[:, 2]
    half = DLIB_BOX_SIDE * math.hypot(to_picture[0, 0], to_picture[1, 0]) / 2
    left, top, side = round(x - half), round(y - half), max(1, round(2 * half))
    return Rect(left, top, left + side, top + side)


def into_framing(landmarks: Points, spec: InputSpec, framing: Points = FER2013_ANCHORS) -> NDArray[np.float64]:
    """The (2, 3) map from the picture to a level crop whose eyes and mouth lie at `framing` (3, 2), shares of its side.

    ValueError when the landmarks coincide.
    """
    return onto(anchors(landmarks), spec, framing)


def onto(places: Points, spec: InputSpec, framing: Points = FER2013_ANCHORS) -> NDArray[np.float64]:
    """The same for the middles of eyes and mouth (3, 2)."""
    return similarity(places, framing * np.array([spec.width, spec.height], np.float32))


def cut_chip(
    pixels: NDArray[np.uint8], landmarks: Points, spec: InputSpec, framing: Points = FER2013_ANCHORS
) -> NDArray[np.uint8]:
    """The level gray crop (height, width) uint8 of a face, its eyes and mouth where `framing` has them.

    `pixels` are RGB (H, W, 3) or gray (H, W); what lies outside of the picture repeats its edge.
    """
    return chip_at(pixels, anchors(landmarks), spec, framing)


def chip_at(
    pixels: NDArray[np.uint8], places: Points, spec: InputSpec, framing: Points = FER2013_ANCHORS
) -> NDArray[np.uint8]:
    """The same of a face of whom only the middles of eyes and mouth (3, 2) are known; ValueError when they coincide."""
    matrix = onto(places, spec, framing)
    if pixels.ndim == 3:
        pixels, matrix = _gray_part(pixels, matrix, spec)
    shrinking = 1 / max(math.hypot(matrix[0, 0], matrix[1, 0]), 1e-6)
    factor = min(MAX_SUPERSAMPLING, max(1, math.ceil(shrinking)))
    fine = (spec.width * factor, spec.height * factor)
    chip = cv2.warpAffine(
        pixels, _magnified(matrix, factor), fine, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return to_gray(cv2.resize(chip, (spec.width, spec.height), interpolation=cv2.INTER_AREA) if factor > 1 else chip)


def _gray_part(
    pixels: NDArray[np.uint8], matrix: NDArray[np.float64], spec: InputSpec
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """What a crop needs of a picture, in gray, and the map into the crop from there: a third of the work."""
    corners = np.array([[0, 0], [spec.width, 0], [0, spec.height], [spec.width, spec.height]], np.float64)
    seen = np.linalg.solve(matrix[:, :2], (corners - matrix[:, 2]).T).T
    reach = 2 + math.ceil(1 / max(math.hypot(matrix[0, 0], matrix[1, 0]), 1e-6))
    low, high = np.floor(seen.min(axis=0)) - reach, np.ceil(seen.max(axis=0)) + reach
    if not np.isfinite((low, high)).all():
        raise ValueError("the points lie nowhere")
    size = (pixels.shape[1], pixels.shape[0])
    area = Rect(*low.astype(int).tolist(), *high.astype(int).tolist()).clipped(size)
    if area is None:
        return to_gray(pixels), matrix
    moved = matrix.copy()
    moved[:, 2] += matrix[:, :2] @ (area.left, area.top)
    return to_gray(np.ascontiguousarray(pixels[area.top : area.bottom, area.left : area.right])), moved


def to_gray(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Luma (ITU-R BT.601) of RGB pixels; gray pixels as they are."""
    return pixels if pixels.ndim == 2 else np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)


def _magnified(matrix: NDArray[np.float64], factor: int) -> NDArray[np.float64]:
    """The same map into a picture `factor` times as large; pixel centers stay on pixel centers."""
    result = matrix * factor
    result[:, 2] += (factor - 1) / 2
    return result


class Align:
    """Cuts the chip of every face that has landmarks."""

    name = "align"

    def __init__(self, spec: InputSpec) -> None:
        self.spec = spec

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._aligned(frame.pixels, face) for face in faces)

    def _aligned(self, pixels: Pixels, face: Any) -> Any:
        return face if face.landmarks is None else replace(face, chip=cut_chip(pixels, face.landmarks, self.spec))
