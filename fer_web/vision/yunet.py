"""Finding faces with YuNet, in a picture of bounded size and in the surroundings of a face that is followed.

Wu, Peng and Yu 2023, "YuNet: A Tiny Millisecond-level Face Detector". The network has no dynamic sizes: there is a file
for each shape, into whose top left corner a picture is scaled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Pixels, Points, Rect, Size, largest_first
from fer_web.registry.litert import LiteModel

# With the long side at this, and from this score on, all faces of everyday photos are found (`bench rooms`).
LONG_SIDE = 640
LEAST_SCORE = 0.7
# Who is followed already is believed at this one: dark, blurred and turned faces score less.
KEPT_SCORE = 0.5
# What is blurred may be no face, but no face shall be left out; `bench rooms` says how many more are found.
EAGER_SCORE = 0.3
# Boxes that overlap this much are one face; OpenCV's detector has the same.
SAME_IOU = 0.3
# A smaller picture is enlarged at most by this.
MOST_ENLARGED = 2.0
# A face's surroundings, in sides of its box, fill the smallest shape.
SURROUNDINGS = 2.0
# A large picture is also looked at in overlapping pieces, at this size: faces from 20 pixels of 1,600 are found.
CLOSE_SIDE, CLOSE_FROM = 1600, 800
TILE, TILE_OVERLAP = 640, 0.2
# Around a close crop, whose face lacks its surroundings; `bench framing --engines` says in how many of FER2013's
# pictures a face is found.
CROP_MARGIN = 0.5
STRIDES = (8, 16, 32)
CLOSE_UP: Size = (128, 128)


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """What the network proposes, in its own pixels: scores (n,), boxes (n, 4) as x, y, width, height, points
    (n, 5, 2)."""

    scores: NDArray[np.float32]
    boxes: NDArray[np.float32]
    points: NDArray[np.float32]


class YuNet:
    """The detector, for any thread. Takes 7 ms for 640x480 pixels, .4 ms for a face's surroundings."""

    def __init__(self, networks: Mapping[Size, LiteModel]) -> None:
        self._networks = dict(networks)

    def find(self, pixels: Pixels, least_score: float = LEAST_SCORE) -> Faces:
        """The faces in a picture (H, W, 3) RGB, largest first, in its pixels, with their five points and anchors.

        The picture is looked at with its long side at 640; small ones are enlarged twofold at most.
        """
        height, width = pixels.shape[:2]
        scale = min(LONG_SIDE / max(width, height), MOST_ENLARGED)
        shape = self._shape_for((width * scale, height * scale))
        return self._found(pixels, shape, scale, least_score)

    def find_closely(self, pixels: Pixels) -> Faces:
        """The same, also small faces of a large picture: it is looked at in pieces besides, at up to 1,600 pixels."""
        found = self.find(pixels)
        pieces = pieces_of((pixels.shape[1], pixels.shape[0]))
        near = [
            moved(face, piece.left, piece.top)
            for piece in pieces
            for face in self.find(pixels[piece.top : piece.bottom, piece.left : piece.right])
        ]
        return _apart((*found, *near)) if pieces else found

    def find_crop(self, pixels: Pixels) -> Faces:
        """The face that is most likely in somebody's close crop of it, which lacks the surroundings that faces have."""
        dy, dx = (math.ceil(side * CROP_MARGIN) for side in pixels.shape[:2])
        mean = tuple(float(value) for value in pixels.mean(axis=(0, 1)))
        padded = cv2.copyMakeBorder(pixels, dy, dy, dx, dx, cv2.BORDER_CONSTANT, value=mean)
        found = self.find(np.asarray(padded, np.uint8), least_score=KEPT_SCORE)
        best = sorted(found, key=lambda face: -face.face_confidence)[:1]
        return tuple(moved(face, -dx, -dy) for face in best)

    def near(self, pixels: Pixels, region: Rect, least_score: float = KEPT_SCORE) -> Face | None:
        """The face in and around `region`, the one that overlaps it most; None when none does."""
        x, y = region.center
        half = SURROUNDINGS * max(region.size) / 2
        area = Rect(math.floor(x - half), math.floor(y - half), math.ceil(x + half), math.ceil(y + half))
        inside = area.clipped((pixels.shape[1], pixels.shape[0]))
        if inside is None:
            return None
        part = pixels[inside.top : inside.bottom, inside.left : inside.right]
        scale = CLOSE_UP[0] / max(area.size)
        found = [moved(face, inside.left, inside.top) for face in self._found(part, CLOSE_UP, scale, least_score)]
        best = max(found, key=lambda face: face.region.iou(region), default=None)
        return best if best is not None and best.region.iou(region) > 0 else None

    def _shape_for(self, size: tuple[float, float]) -> Size:
        """The smallest shape that a picture of this size fits into."""
        fitting = [s for s in self._networks if s[0] >= size[0] - 0.5 and s[1] >= size[1] - 0.5]
        return min(fitting, key=lambda shape: shape[0] * shape[1])

    def _found(self, pixels: Pixels, shape: Size, scale: float, least_score: float) -> Faces:
        height, width = pixels.shape[:2]
        size = (min(shape[0], max(1, round(width * scale))), min(shape[1], max(1, round(height * scale))))
        outputs = self._networks[shape](_placed(pixels, size, shape))
        ratio = np.array([width / size[0], height / size[1]], np.float32)
        chosen = _suppressed(_decoded(outputs, shape, least_score))
        faces = (
            _face(box, points, float(score), ratio)
            for score, box, points in zip(chosen.scores, chosen.boxes, chosen.points, strict=True)
        )
        return largest_first(face for face in faces if face.region.clipped((width, height)) is not None)


def pieces_of(size: Size) -> list[Rect]:
    """The overlapping pieces in which a large picture is looked at closely; none for a small one."""
    width, height = size
    scale = min(1.0, CLOSE_SIDE / max(width, height))
    if max(width, height) * scale <= CLOSE_FROM:
        return []
    down, across = _spans(height, TILE / scale), _spans(width, TILE / scale)
    return [Rect(left, top, right, bottom) for top, bottom in down for left, right in across]


def _spans(length: int, side: float) -> list[tuple[int, int]]:
    count = max(1, math.ceil((length - side * TILE_OVERLAP) / (side * (1 - TILE_OVERLAP))))
    piece = min(length, math.ceil(side))
    starts = [round(place * (length - piece) / max(1, count - 1)) for place in range(count)]
    return [(start, start + piece) for start in starts]


def _apart(faces: Faces) -> Faces:
    """Each face once, as it was found most surely: what covers more than half of a surer one, or lies in it, goes."""
    kept: list[Face] = []
    for face in sorted(faces, key=lambda face: -face.face_confidence):
        if all(_shared(face.region, other.region) < 0.5 for other in kept):
            kept.append(face)
    return largest_first(kept)


def _shared(one: Rect, other: Rect) -> float:
    """What both cover, as a share of the smaller one."""
    return one.shared_area(other) / min(one.area, other.area)


def moved(face: Face, dx: int, dy: int) -> Face:
    """A found face, in a picture in which the one it was found in starts at (dx, dy)."""
    assert face.five is not None  # noqa: S101 - of this detector
    return _with_points(face.region.moved(dx, dy), face.face_confidence, face.five + np.array([dx, dy], np.float32))


def _placed(pixels: Pixels, size: Size, shape: Size) -> NDArray[np.float32]:
    """The picture in its size at the top left of the network's input (1, height, width, 3), BGR 0 to 255."""
    bgr = cv2.cvtColor(_resized(pixels, size), cv2.COLOR_RGB2BGR)
    if size == shape:
        return np.asarray(bgr[np.newaxis], np.float32)
    canvas = np.zeros((1, shape[1], shape[0], 3), np.float32)
    canvas[0, : size[1], : size[0]] = bgr
    return canvas


def _resized(pixels: Pixels, size: Size) -> Pixels:
    """By whole steps of averaging first, which is quick, then linear: no aliases and no slow resampling."""
    factor = int(min(pixels.shape[1] / size[0], pixels.shape[0] / size[1]))
    if factor > 1:
        whole = (pixels.shape[1] // factor, pixels.shape[0] // factor)
        pixels = np.asarray(
            cv2.resize(pixels[: whole[1] * factor, : whole[0] * factor], whole, interpolation=cv2.INTER_AREA), np.uint8
        )
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def _decoded(outputs: list[NDArray[np.float32]], shape: Size, least_score: float) -> _Candidates:
    """The candidates over the score. The outputs are classes, objectness, boxes, points, each for the three strides."""
    parts = [_of_stride(stride, outputs[place::3], shape, least_score) for place, stride in enumerate(STRIDES)]
    scores, boxes, points = (np.concatenate([part[what] for part in parts]) for what in range(3))
    return _Candidates(scores, boxes, points)


def _of_stride(
    stride: int, outputs: list[NDArray[np.float32]], shape: Size, least_score: float
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    classes, objectness, boxes, points = (output[0] for output in outputs)
    scores = np.sqrt(np.clip(classes[:, 0], 0, 1) * np.clip(objectness[:, 0], 0, 1))
    places = np.flatnonzero(scores >= least_score)
    grid = _grid(shape[0] // stride, shape[1] // stride)[places]
    centers, sizes = (grid + boxes[places, :2]) * stride, np.exp(boxes[places, 2:]) * stride
    found = np.concatenate([centers - sizes / 2, sizes], axis=1)
    return scores[places], found, (points[places].reshape(-1, 5, 2) + grid[:, np.newaxis]) * stride


@lru_cache(maxsize=32)
def _grid(columns: int, rows: int) -> NDArray[np.float32]:
    """Column and row of every cell, (rows * columns, 2)."""
    y, x = np.divmod(np.arange(rows * columns), columns)
    return np.stack([x, y], axis=1).astype(np.float32)


def _suppressed(found: _Candidates) -> _Candidates:
    if len(found.scores) < 2:
        return found
    kept = cv2.dnn.NMSBoxes(found.boxes.tolist(), found.scores.tolist(), 0.0, SAME_IOU)
    places = np.asarray(kept, np.int64).reshape(-1)
    return _Candidates(found.scores[places], found.boxes[places], found.points[places])


def _face(box: NDArray[np.float32], points: NDArray[np.float32], score: float, ratio: NDArray[np.float32]) -> Face:
    left, top, width, height = (box * np.concatenate([ratio, ratio])).tolist()
    rect = Rect(
        round(left), round(top), max(round(left + width), round(left) + 1), max(round(top + height), round(top) + 1)
    )
    return _with_points(rect, score, points * ratio)


def _with_points(region: Rect, score: float, five: Points) -> Face:
    return Face(region, score, five=np.asarray(five, np.float32), anchors=anchors_of_five(five))


def anchors_of_five(five: Points) -> Points:
    """The middles of the right eye, the left eye and the mouth, (3, 2), of YuNet's points (5, 2)."""
    return np.stack([five[0], five[1], (five[3] + five[4]) / 2]).astype(np.float32)
