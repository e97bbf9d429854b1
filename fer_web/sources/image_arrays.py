"""Pictures that Pillow would decode in Python, with 8 of their 16 bits, or while every other thread waits."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fer_web.errors import ImageError
from fer_web.sources.image_damage import enough_rows
from fer_web.sources.image_depth import MOST, deep_image

_CHANNELS = {"1": 1, "L": 1, "I": 1, "RGB": 3}
MOST_COMMENTS = 10_000
_COMMENT = re.compile(rb"#[^\r\n]*")
# Below this, the upper halves of 16-bit colors leave bits unused.
_HALF = 128


def needs_opencv(image: Image.Image) -> bool:
    """Pillow decodes JPEG 2000 without letting other threads go on, and BMP's run lengths in Python."""
    return image.format == "JPEG2000" or any(tile.codec_name == "bmp_rle" for tile in _tiles(image))


def is_netpbm(image: Image.Image) -> bool:
    """Whether Pillow decodes it sample by sample in Python: Netpbm as text, or of an unusual depth."""
    return image.mode in _CHANNELS and any(tile.codec_name in ("ppm", "ppm_plain") for tile in _tiles(image))


def has_deep_colors(image: Image.Image) -> bool:
    """Whether it has 16 bits a color, of which Pillow takes the upper 8; asked before it is loaded."""
    return image.mode in ("RGB", "RGBA", "LA") and any(";16" in str(tile.args) for tile in _tiles(image))


def is_dark(image: Image.Image) -> bool:
    """Whether no color of a loaded picture reaches the upper half."""
    extrema: Any = image.getextrema()
    return all(high < _HALF for _, high in extrema[: -1 if image.mode in ("RGBA", "LA") else None])


def by_opencv(data: bytes) -> Image.Image:
    """OSError when OpenCV cannot decode it."""
    from fer_web.sources.opencv import cv2

    packed, samples = np.frombuffer(data, np.uint8), None
    for kind in (cv2.IMREAD_UNCHANGED, cv2.IMREAD_COLOR):  # gray with transparency is decoded without it
        with suppress(cv2.error):
            samples = cv2.imdecode(packed, kind) if samples is None else samples
    if samples is None:
        raise OSError("OpenCV cannot decode it")
    if samples.ndim == 3:
        samples = samples[:, :, [2, 1, 0, 3][: samples.shape[2]]]
    return deep_image(np.ascontiguousarray(samples))


def by_numpy(image: Image.Image, data: bytes) -> Image.Image:
    """A Netpbm picture, whose header Pillow has read: PBM as text, PGM and PPM as text or not, of any depth."""
    (tile,) = _tiles(image)
    white = 1 if image.mode == "1" else tile.args[1]
    channels = _CHANNELS[image.mode]
    width, height = image.size
    wanted = width * height * channels
    if tile.codec_name == "ppm_plain":
        text = _without_comments(data[tile.offset :])
        samples = _bits(text, wanted) if image.mode == "1" else _numbers(text, wanted)
    else:
        samples = np.frombuffer(data, ">u2" if white > 255 else "u1", offset=tile.offset)[:wanted]
        samples = samples.astype(np.uint16)
    rows = enough_rows(len(samples) // (width * channels), height)
    full = np.zeros((height, width * channels), np.uint16)
    full[:rows] = samples[: rows * width * channels].reshape(rows, -1).clip(0, white)
    return deep_image(full if channels == 1 else full.reshape(height, width, channels), white)


def _without_comments(text: bytes) -> bytes:
    if text.count(b"#") > MOST_COMMENTS:
        raise ImageError(
            "unsupported_format",
            f"the image has more than {MOST_COMMENTS:,} comments; save it again with an image editor",
        )
    return _COMMENT.sub(b" ", text)


def _numbers(text: bytes, wanted: int) -> NDArray[np.uint16]:
    samples: NDArray[np.int64] = np.fromstring(text, np.int64, sep=" ")
    return np.asarray(samples[:wanted].clip(0, MOST), np.uint16)


def _bits(text: bytes, wanted: int) -> NDArray[np.uint16]:
    """Digits, with or without blanks between them: 1 is black."""
    digits = np.frombuffer(text.translate(None, b" \t\r\n\v\f"), np.uint8)[:wanted]
    return np.asarray(digits != ord("1"), np.uint16)


def _tiles(image: Image.Image) -> Any:
    return getattr(image, "tile", ())
