"""Whether a face can be judged at all: sharp, lit and large enough."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Quality, Rect, UncertainBecause
from fer_web.vision.align import to_gray

# Measured at the size that the network sees: finer detail cannot help it, and large faces do not look sharper.
SIDE = 48
# What lies under these limits is answered rightly by less than every second time, or hardly more often: `bench limits`
# shrinks, blurs, darkens and pales FER2013's PublicTest pictures. The probabilities tell of what lies above.
SMALLEST_PX = 16
# Mean luma. Ordinary photographs, unlit rooms among them, have 0.21 to 0.73. Darker than 0.03, or paler than 0.95, a
# camera's own noise or its overflow has taken what 8 bits would still tell.
DARKEST, BRIGHTEST = 0.03, 0.95
# Faces of ordinary photographs have 0.31 (44 pixels, out of focus) to 1, FER2013's 0.47 to 1.
LEAST_SHARPNESS = 0.12
# Luma deviations (of 255) under this are flat: sharpness would measure noise.
FLATTEST = 1.0


def assess(pixels: NDArray[np.uint8], rect: Rect) -> Quality:
    """The quality of the face in `rect` of pixels (H, W, 3) RGB or (H, W) gray; a face outside of them is poor.

    Sharpness is the deviation of the Laplacian in proportion to that of the luma, so that neither contrast nor light
    counts (after Pech-Pacheco et al. 2000, "Diatom autofocusing in brightfield microscopy"). Takes about 0.1 ms.
    """
    visible = rect.clipped((pixels.shape[1], pixels.shape[0]))
    if visible is None:
        return Quality(0.0, 0.0, rect.width, because="small")
    patch = _patch(pixels[visible.top : visible.bottom, visible.left : visible.right])
    mean, deviation = (float(value[0, 0]) for value in cv2.meanStdDev(patch))
    brightness = mean / 255
    detail = float(cv2.meanStdDev(cv2.Laplacian(patch, cv2.CV_32F))[1][0, 0])
    sharpness = min(1.0, detail / deviation) if deviation >= FLATTEST else 0.0
    return Quality(sharpness, brightness, rect.width, _because(sharpness, brightness, rect.width))


def _because(sharpness: float, brightness: float, width_px: int) -> UncertainBecause | None:
    """The first reason why such a face cannot be read."""
    if width_px < SMALLEST_PX:
        return "small"
    if brightness < DARKEST:
        return "dark"
    if brightness > BRIGHTEST:
        return "bright"
    return "blurred" if sharpness < LEAST_SHARPNESS else None


def _patch(face: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Gray, (SIDE, SIDE); large faces are thinned out first, since averaging megapixels would take milliseconds."""
    step = max(1, min(face.shape[:2]) // (SIDE * 4))
    thin = np.ascontiguousarray(face[::step, ::step])
    way = cv2.INTER_AREA if min(thin.shape[:2]) >= SIDE else cv2.INTER_LINEAR
    return to_gray(np.asarray(cv2.resize(thin, (SIDE, SIDE), interpolation=way), np.uint8))


class AssessQuality:
    """Adds the quality to every face."""

    name = "quality"

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._assessed(face, frame) for face in faces)

    def _assessed(self, face: Face, frame: Frame) -> Face:
        (x, y), (width, height) = face.region.center, frame.size
        center = min(1.0, max(0.0, x / width)), min(1.0, max(0.0, y / height))
        return replace(face, quality=replace(assess(frame.pixels, face.region), center=center))
