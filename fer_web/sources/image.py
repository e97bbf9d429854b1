"""Uploaded bytes to upright RGB pixels, or a refusal that says why; nothing is written to disk."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fer_web.core import Pixels
from fer_web.errors import ImageError
from fer_web.sources.image_header import open_header

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 64_000_000

# Pillow copies a whole picture in pieces of 64 kB and joins them; a strip that fits the cache is 6 times as fast
# (45 megapixels: 0.08 s instead of 0.5 s) and needs no second copy of the picture.
_STRIP_ROWS = 64

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode_image(data: bytes, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS) -> Pixels:
    """The first picture in `data`, turned as EXIF says, transparent parts over white: (H, W, 3) RGB, contiguous.

    16-bit gray is scaled by its range. ImageError with one of these codes: `empty`, `not_an_image`,
    `unsupported_format`, `image_truncated`, `image_too_large` (bytes), `too_many_pixels` (before anything is decoded).
    """
    image, orientation = open_header(data, max_bytes=max_bytes, max_pixels=max_pixels)
    try:
        image.load()
        if orientation in _TURNS and not _was_turned_by_pillow(image):
            image = image.transpose(_TURNS[orientation])
        return _in_strips(image, _converter(image))
    except ImageError:
        raise
    except Exception as error:  # damaged data makes decoders raise anything
        raise ImageError("image_truncated", "the picture is cut short or damaged; send the whole file") from error


def _was_turned_by_pillow(image: Image.Image) -> bool:
    """TIFF's decoder applies the orientation itself."""
    return image.format == "TIFF"


def _in_strips(image: Image.Image, convert: Callable[[Image.Image], NDArray[Any]]) -> Pixels:
    width, height = image.size
    pixels = np.empty((height, width, 3), np.uint8)
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(top + _STRIP_ROWS, height)
        pixels[top:bottom] = convert(image.crop((0, top, width, bottom)))
    return pixels


def _converter(image: Image.Image) -> Callable[[Image.Image], NDArray[Any]]:
    """How a strip of this picture becomes RGB, (rows, W, 3) or (rows, W, 1), 0 to 255."""
    if image.mode == "F" or image.mode.startswith("I"):
        return _scaled(*_range(image))
    if image.mode == "LAB":
        raise ImageError("unsupported_format", "pictures in LAB colors are not taken; save it as RGB")
    return _over_white if image.has_transparency_data else _plain


def _plain(strip: Image.Image) -> NDArray[Any]:
    return np.asarray(strip.convert("RGB"))


def _over_white(strip: Image.Image) -> NDArray[Any]:
    clear = strip.convert("RGBA")
    page = Image.new("RGB", strip.size, "white")
    page.paste(clear, mask=clear.getchannel("A"))
    return np.asarray(page)


def _range(image: Image.Image) -> tuple[float, float]:
    """The values that become black and white: the type's for 16 bits, the picture's own for numbers without limits."""
    if image.mode.startswith("I;16"):
        return 0, 65535
    values = np.asarray(image)
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    return (0, 65535) if image.mode == "I" and low >= 0 and high <= 65535 else (low, max(high, low + 1e-6))


def _scaled(low: float, high: float) -> Callable[[Image.Image], NDArray[Any]]:
    def convert(strip: Image.Image) -> NDArray[Any]:
        share = (np.asarray(strip).astype(np.float64) - low) / (high - low)
        return np.asarray((np.nan_to_num(share).clip(0, 1) * 255).round()[:, :, None])

    return convert
