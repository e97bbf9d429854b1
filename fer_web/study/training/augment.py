"""Training pictures as a camera might have taken them: moved, turned, lit, blurred, compressed, partly hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError

# What webcams do to faces of about 48 pixels: ranges to draw from uniformly, chosen by eye.
GAIN, SHIFT_LEVELS = (0.7, 1.3), 30  # exposure: contrast around the middle, and levels of 255 up or down
BLUR_PX, GRAIN_LEVELS, JPEG_QUALITY = (0.4, 1.1), (2, 10), (35, 90)
# Random erasing hides 2 to 15 % of a picture, at most three times as tall as wide or as wide as tall.
ERASED, MOST_UNEVEN = (0.02, 0.15), 3

Picture = NDArray[np.uint8]
Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Augmentation:
    """How far a training picture may be changed; all draws are uniform, chances are 0 to 1.

    `rotation_deg` and `shift` (a share of the side) go both ways, `scale` is a largest factor that goes both ways,
    `reframed` is the chance of the served crop in place of the picture, where a run has such crops, `contrast` is the
    largest exponent of a gamma curve that goes both ways (at 1.0 brightness stays as well), `camera` is the chance of
    each of blur, noise and JPEG, `erase` the chance of one hidden rectangle (Zhong et al. 2017, "Random Erasing").
    """

    flip: float = 0.5
    rotation_deg: float = 12.0
    shift: float = 0.08
    scale: float = 1.15
    contrast: float = 1.6
    camera: float = 0.1
    erase: float = 0.3
    mixup: float = 0.0
    reframed: float = 0.0

    def __post_init__(self) -> None:
        chances = (self.flip, self.camera, self.erase, self.reframed)
        if not (all(0 <= chance <= 1 for chance in chances) and self.scale >= 1 and self.contrast >= 1):
            raise DataError("flip, camera, erase and reframed are chances from 0 to 1; scale and contrast start at 1")
        if min(self.rotation_deg, self.shift, self.mixup) < 0:
            raise DataError("rotation_deg, shift and mixup cannot be negative")

    def views(
        self, pictures: Picture, size: int, rng: np.random.Generator, *, draws_ahead: bool = False
    ) -> tuple[Picture, Matrix]:
        """Changed copies (n, size, size) of pictures (n, h, w), and the maps (n, 2, 3) that moved them.

        They are the same for the same state of `rng`; `draws_ahead` draws all maps before anything else.
        """
        height, width = pictures.shape[1:]
        placements: Iterable[Matrix] = (self.placement((width, height), size, rng) for _ in pictures)
        if draws_ahead:
            placements = list(placements)
        views, matrices = np.empty((len(pictures), size, size), np.uint8), np.empty((len(pictures), 2, 3))
        for row, (picture, matrix) in enumerate(zip(pictures, placements, strict=True)):
            views[row], matrices[row] = self.seen_by_a_camera(warped(picture, matrix, size), rng), matrix
        return views, matrices

    def placement(self, size: tuple[int, int], target: int, rng: np.random.Generator) -> Matrix:
        """One affine map (2, 3) for flip, rotation, scale, shift and the change of size; of negative determinant when
        it mirrors. From a picture of `size` (width, height) to one of `target` by `target`."""
        width, height = size
        angle = np.deg2rad(rng.uniform(-self.rotation_deg, self.rotation_deg))
        zoom = np.exp(rng.uniform(-1, 1) * np.log(self.scale)) * target / width
        cos, sin = np.cos(angle) * zoom, np.sin(angle) * zoom
        mirror = -1.0 if rng.random() < self.flip else 1.0
        dx, dy = rng.uniform(-self.shift, self.shift, 2) * target
        center_x, center_y = (width - 1) / 2, (height - 1) / 2
        linear = np.array([[cos * mirror, -sin], [sin * mirror, cos]])
        offset = np.array([(target - 1) / 2 + dx, (target - 1) / 2 + dy]) - linear @ (center_x, center_y)
        return np.column_stack([linear, offset])

    def seen_by_a_camera(self, picture: Picture, rng: np.random.Generator) -> Picture:
        """Lit, filmed and partly hidden; everything stays where it is. `picture` itself may change."""
        if self.contrast > 1:
            picture = _lit(picture, self.contrast, rng)
        if self.camera:
            picture = _filmed(picture, self.camera, rng)
        if rng.random() < self.erase:
            _erase(picture, rng)
        return picture


def warped(picture: Picture, matrix: Matrix, size: int) -> Picture:
    """A picture under an affine map, (size, size); what lies outside of it is its mirror image."""
    import cv2

    moved: Picture = cv2.warpAffine(
        picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101
    )
    return moved


def resized(pictures: Picture, size: int) -> Picture:
    """Pictures (n, h, w) as (n, size, size), unchanged where that is their size."""
    if pictures.shape[1:] == (size, size):
        return pictures
    import cv2

    return np.stack([cv2.resize(picture, (size, size), interpolation=cv2.INTER_AREA) for picture in pictures])


def _lit(picture: Picture, most: float, rng: np.random.Generator) -> Picture:
    """Another gamma, contrast and brightness, as one table of 256 values."""
    import cv2

    gamma = np.exp(rng.uniform(-1, 1) * np.log(most))
    gain, shift = rng.uniform(*GAIN), rng.uniform(-SHIFT_LEVELS, SHIFT_LEVELS)
    levels = 255 * (np.arange(256) / 255) ** gamma
    table = np.clip((levels - 128) * gain + 128 + shift, 0, 255).astype(np.uint8)
    changed: Picture = cv2.LUT(picture, table)
    return changed


def _filmed(picture: Picture, chance: float, rng: np.random.Generator) -> Picture:
    """What webcams add: a soft lens, grain in low light, JPEG's blocks."""
    import cv2

    blur, noise, jpeg = rng.random(3) < chance
    if blur:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(*BLUR_PX))
    if noise:
        grain = rng.normal(0, rng.uniform(*GRAIN_LEVELS), picture.shape)
        picture = np.clip(picture + grain, 0, 255).astype(np.uint8)
    if jpeg:
        _, encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*JPEG_QUALITY))])
        picture = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), dtype=np.uint8)
    return picture


def _erase(picture: Picture, rng: np.random.Generator) -> None:
    """Noise over a rectangle of the picture, in place."""
    height, width = picture.shape
    area, ratio = rng.uniform(*ERASED) * height * width, np.exp(rng.uniform(-1, 1) * np.log(MOST_UNEVEN))
    tall, wide = min(int(np.sqrt(area * ratio)), height), min(int(np.sqrt(area / ratio)), width)
    top, left = rng.integers(0, height - tall + 1), rng.integers(0, width - wide + 1)
    picture[top : top + tall, left : left + wide] = rng.integers(0, 256, (tall, wide))
