"""Finding faces with dlib's HOG detector, on a picture of bounded size.

Dalal and Triggs 2005, "Histograms of Oriented Gradients for Human Detection"; King 2015, "Max-Margin Object Detection".
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Rect, Size, largest_first
from fer_web.vision.align import to_gray
from fer_web.vision.landmarks import dlib_package

# The detector's window is 80 pixels: a picture smaller than this is enlarged, a tiny one at most fourfold.
SMALLEST_WORKING_PIXELS = 640 * 480
MOST_ENLARGED = 4.0
# Lower margins are often folds of cloth; a single blurred face that scores less is left to the second look.
THRESHOLD = 0.1
# The second look, when a picture seems to hold no face. A face that fills its picture lacks the surroundings that the
# detector looks for, so a margin of this share is added in the picture's mean gray; and the detector's threshold is
# lowered: on the test photos without faces nothing scores over -0.25, and in a small picture, which is likely
# somebody's crop of a face, nothing over -0.8.
MARGIN = 0.25
SECOND_THRESHOLD = -0.2
CROP_THRESHOLD = -0.8
CROP_PIXELS = 256 * 256
SECOND_LOOK_PIXELS = 1_000_000
# A dlib margin of 0 is the edge of detection, 1 a clear face; this steepness makes them 0.5 and 0.95.
CONFIDENCE_STEEPNESS = 3.0


def working_scale(size: Size, wanted: float, most_pixels: int) -> float:
    """How much to enlarge (over 1) or reduce a picture before detection, so that it has at most `most_pixels`."""
    pixels = size[0] * size[1]
    enlarging = min(MOST_ENLARGED, math.sqrt(SMALLEST_WORKING_PIXELS / pixels))
    return min(max(wanted, enlarging), math.sqrt(most_pixels / pixels))


def confidence_of(margin: float) -> float:
    """dlib's margin as a number from 0 to 1: monotone, but not a calibrated probability."""
    return 1 / (1 + math.exp(-CONFIDENCE_STEEPNESS * margin))


class HogDetector:
    """dlib's frontal face detector, for any thread.

    One dlib detector serves one call at a time, since it keeps its buffers, and takes half a second to make: those at
    rest are lent to whoever calls next, and there are never more of them than there were calls at once.
    """

    def __init__(self) -> None:
        self._resting = deque([_made()])

    def find(self, gray: NDArray[np.uint8], wanted: float, most_pixels: int, threshold: float = THRESHOLD) -> Faces:
        """The faces in a gray picture (H, W), largest first, in its own pixels.

        `wanted` is the enlargement asked for, `most_pixels` the largest picture that is searched, `threshold` the
        margin that a face must have.
        """
        size = (gray.shape[1], gray.shape[0])
        scale = working_scale(size, wanted, most_pixels)
        working = _resized(gray, scale)
        with self._lent() as detector:
            boxes, margins, _ = detector.run(working, 0, threshold)
        found = (_face(box, margin, 1 / scale) for box, margin in zip(boxes, margins, strict=True))
        return largest_first(found)

    @contextmanager
    def _lent(self) -> Iterator[Any]:
        try:
            detector = self._resting.pop()
        except IndexError:
            detector = _made()
        try:
            yield detector
        finally:
            self._resting.append(detector)


def _made() -> Any:
    return dlib_package().get_frontal_face_detector()


class Detect:
    """Finds the faces of a single picture; looks again, more closely, when it seems to hold none."""

    name = "detect"

    def __init__(self, detector: HogDetector, upsample: int, most_pixels: int) -> None:
        self.detector, self.wanted, self.most_pixels = detector, float(2**upsample), most_pixels

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        gray = to_gray(frame.pixels)
        found = self.detector.find(gray, self.wanted, self.most_pixels)
        if found or gray.size > SECOND_LOOK_PIXELS:
            return found
        return self._second_look(gray)

    def _second_look(self, gray: NDArray[np.uint8]) -> Faces:
        """The one face that is most likely there, in the picture with a margin; none below the lowered threshold."""
        dy, dx = (math.ceil(side * MARGIN) for side in gray.shape)
        padded = cv2.copyMakeBorder(gray, dy, dy, dx, dx, cv2.BORDER_CONSTANT, value=(float(gray.mean()),))
        threshold = CROP_THRESHOLD if gray.size <= CROP_PIXELS else SECOND_THRESHOLD
        found = self.detector.find(np.asarray(padded, np.uint8), 1.0, self.most_pixels, threshold)
        best = sorted(found, key=lambda face: -face.face_confidence)[:1]
        return tuple(Face(face.region.moved(-dx, -dy), face.face_confidence) for face in best)


def _resized(gray: NDArray[np.uint8], scale: float) -> NDArray[np.uint8]:
    if scale == 1:
        return gray
    size = (max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale)))
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, size, interpolation=way), np.uint8)


def _face(box: Any, margin: float, scale: float) -> Face:
    # dlib's right and bottom edges belong to the box.
    rect = Rect(box.left(), box.top(), box.right() + 1, box.bottom() + 1)
    return Face(rect.scaled(scale), confidence_of(margin))
