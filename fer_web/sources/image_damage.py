"""Pictures that are cut short: what is there is taken when nearly all of it is, else the sentence tells how much.

Network cameras leave out a JPEG's end marker, and transfers lose the last bytes.
"""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fer_web.errors import ImageError
from fer_web.sources.jpeg import END, START, jpeg_structure

ENOUGH = 0.95
# A cut JPEG is decoded with two different continuations: what is the same in both does not depend on what is missing.
# This one is longer than any block, and has no marker.
_CONTINUATION = np.random.default_rng(1).bytes(4096).replace(b"\xff", b"\x55")
_BLOCK_ROWS = 16
# Formats whose decoders write row by row into the canvas that they are given.
_BY_ROWS = frozenset({"PNG", "GIF", "BMP", "TGA", "TIFF", "PPM"})
_FILLABLE = frozenset({"L", "P", "RGB", "RGBA", "LA", "CMYK"})


def enough_rows(found: int, height: int) -> int:
    """`found`, at most `height`, if that is nearly all of the rows; ImageError when not."""
    found = min(found, height)
    if found < ENOUGH * height:
        raise cut_short(found / height)
    return found


def cut_short(share: float | None = None) -> ImageError:
    """The refusal, with the share that is there where it is known."""
    there = "" if share is None else f": only {share:.0%} of it can be read, and {ENOUGH:.0%} are needed"
    return ImageError("image_truncated", f"the image is cut short or damaged{there}; send the whole file")


def load(image: Image.Image, data: bytes) -> Image.Image:
    """`image`, which was opened from `data`, decoded; ImageError when too much is missing."""
    is_plain = image.mode in _FILLABLE and not image.info.get("interlace")
    try:
        image.load()
    except OSError as error:
        if data.startswith(START):
            return _cut_jpeg(data)
        if image.format not in _BY_ROWS or not is_plain:
            raise cut_short() from error
        return _cut_rows(data, image.format)
    return image


def _cut_jpeg(data: bytes) -> Image.Image:
    if not jpeg_structure(data).has_all_scans:
        raise cut_short()
    begun = data.rstrip(b"\xff")  # perhaps half of a marker
    image, other = (_decoded(begun + rest + END) for rest in (b"", _CONTINUATION))
    share = _same_share(np.asarray(image), np.asarray(other))
    if share < ENOUGH:
        raise cut_short(share)
    return image


def _decoded(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data), formats=["JPEG"])
    image.load()
    return image


def _same_share(one: NDArray[Any], other: NDArray[Any]) -> float:
    """How much of two pictures is the same before the first block in which they differ, row of blocks by row."""
    differs = (one != other).reshape(*one.shape[:2], -1).any(axis=2)
    height, width = differs.shape
    row = int(differs.any(axis=1).argmax()) if differs.any() else height
    band = differs[row : row + _BLOCK_ROWS].any(axis=0)
    column = int(band.argmax()) if band.any() else width
    same = row * width + min(_BLOCK_ROWS, height - row) * column
    return float(same / (height * width))


def _cut_rows(data: bytes, kind: str) -> Image.Image:
    """Decoded onto stripes, which show the rows that are missing; those become black."""
    image = Image.open(io.BytesIO(data), formats=[kind])
    stripes = _stripes(image)
    image.im = stripes.im.copy()
    with suppress(OSError):
        image.load()
    image.tile = []  # nothing is left to decode
    rows, canvas = np.asarray(image), np.asarray(stripes)
    is_missing = np.array([np.array_equal(row, blank) for row, blank in zip(rows, canvas, strict=True)])
    if kind == "GIF" and "transparency" in image.info:  # its decoder begins with a canvas of its own
        is_missing |= (rows == image.info["transparency"]).all(axis=1)
    enough_rows(int((~is_missing).sum()), image.height)
    for row in np.flatnonzero(is_missing):
        image.paste(0, (0, int(row), image.width, int(row) + 1))
    return image


def _stripes(image: Image.Image) -> Image.Image:
    """Columns of the least and the greatest value in turn, which no row of a real picture is."""
    bands = len(image.getbands())
    stripes = np.zeros((image.height, image.width), np.uint8)
    stripes[:, 1::2] = 255
    canvas = Image.new(image.mode, image.size)
    canvas.paste(255 if bands == 1 else (255,) * bands, mask=Image.fromarray(stripes))
    return canvas
