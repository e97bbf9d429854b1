"""Uploaded bytes to upright RGB pixels, or a refusal that says why; nothing is written to disk."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fer_web.core import Pixels
from fer_web.errors import ImageError
from fer_web.sources.image_arrays import by_numpy, by_opencv, has_deep_colors, is_dark, is_netpbm, needs_opencv
from fer_web.sources.image_cost import MAX_SCANS, check_cost
from fer_web.sources.image_damage import cut_short, load
from fer_web.sources.image_depth import MOST, white_of
from fer_web.sources.image_header import open_header, orientation_of
from fer_web.sources.png import lean_png, without_notes

MAX_BYTES = 25 * 2**20
MAX_PIXELS = 64_000_000

# Pillow copies a whole picture in pieces of 64 kB and joins them; a strip that fits the cache is 6 times as fast
# (45 megapixels: 0.08 s instead of 0.5 s) and needs no second copy of the picture.
_STRIP_ROWS = 64

# A TGA of 32 bits a pixel has transparency only if its header says how many of them.
_TGA_FLAGS_AT, _TGA_ALPHA_BITS = 17, 15

# A PNG is refused for a text that unpacks to too much; its pixels may be fine.
_PERHAPS_BY_NOTES = ("not_an_image", "image_truncated")

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode_image(
    data: bytes, *, max_bytes: int = MAX_BYTES, max_pixels: int = MAX_PIXELS, max_scans: int = MAX_SCANS
) -> Pixels:
    """The first picture in `data`, turned as EXIF says, transparent parts over white: (H, W, 3) RGB, contiguous.

    Deeper than 8 bits, it is scaled by the bits that are used. Cut short, it is taken when nearly all of it is there.
    `max_scans` limits a JPEG's scans, of which large ones may have fewer. ImageError with one of these codes: `empty`,
    `not_an_image`, `unsupported_format`, `image_truncated`, `image_too_large` (bytes), `too_many_pixels` (before
    anything is decoded).
    """
    if len(data) <= max_bytes:
        data = lean_png(data)
    limits = {"max_bytes": max_bytes, "max_pixels": max_pixels, "max_scans": max_scans}
    try:
        return _decode(data, **limits)
    except ImageError as error:
        if error.code not in _PERHAPS_BY_NOTES or (bare := without_notes(data)) is None:
            raise
        return _decode(bare, **limits)


def pixels_of_image(image: Image.Image) -> Pixels:
    """Pillow's picture as `decode_image` would answer its file: (H, W, 3) RGB; ImageError when it cannot be read."""
    try:
        image.load()
        upright = _upright(image, orientation_of(image))
        return _in_strips(upright, _converter(upright))
    except ImageError:
        raise
    except Exception as error:  # a file that Pillow only reads now may be damaged in any way
        raise cut_short() from error


def _decode(data: bytes, *, max_bytes: int, max_pixels: int, max_scans: int) -> Pixels:
    header = open_header(data, max_bytes=max_bytes, max_pixels=max_pixels)
    check_cost(header, data, max_scans)
    try:
        image, is_turned = _loaded(header, data)
        if not is_turned:
            image = _upright(image, orientation_of(header))
        return _in_strips(image, _converter(image))
    except ImageError:
        raise
    except Exception as error:  # damaged data makes decoders raise anything
        raise cut_short() from error


def _loaded(image: Image.Image, data: bytes) -> tuple[Image.Image, bool]:
    """Its pixels, by whichever decoder does it best, and whether they are upright: Pillow's for TIFF sees to that."""
    if needs_opencv(image):
        return by_opencv(data), False
    if is_netpbm(image):
        return by_numpy(image, data), False
    is_deep = has_deep_colors(image)
    loaded = load(image, data)
    if image.format == "TGA" and loaded.mode == "RGBA" and not data[_TGA_FLAGS_AT] & _TGA_ALPHA_BITS:
        return loaded.convert("RGB"), False
    if is_deep and is_dark(loaded):
        with suppress(OSError):
            return by_opencv(data), False
    return loaded, image.format == "TIFF"


def _upright(image: Image.Image, orientation: int) -> Image.Image:
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image


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
        raise ImageError("unsupported_format", "images in LAB color are not supported; save it as RGB")
    return _over_white if image.has_transparency_data else _plain


def _plain(strip: Image.Image) -> NDArray[Any]:
    return np.asarray(strip.convert("RGB"))


def _over_white(strip: Image.Image) -> NDArray[Any]:
    clear = strip.convert("RGBA")
    page = Image.new("RGB", strip.size, "white")
    page.paste(clear, mask=clear.getchannel("A"))
    return np.asarray(page)


def _range(image: Image.Image) -> tuple[float, float]:
    """The values that become black and white: the used bits' for 16 bits, the picture's own for unlimited numbers."""
    values = np.asarray(image)
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    is_sixteen_bits = image.mode.startswith("I") and low >= 0 and high <= MOST
    return (0, white_of(int(high))) if is_sixteen_bits else (low, max(high, low + 1e-6))


def _scaled(low: float, high: float) -> Callable[[Image.Image], NDArray[Any]]:
    def convert(strip: Image.Image) -> NDArray[Any]:
        share = (np.asarray(strip).astype(np.float64) - low) / (high - low)
        return np.asarray((np.nan_to_num(share).clip(0, 1) * 255).round()[:, :, None])

    return convert
