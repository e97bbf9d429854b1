"""What a picture costs to decode, known before it is: a few bytes can ask for a thousand passes over all pixels."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image

from fer_web.errors import ImageError
from fer_web.sources.heif import heif_pixels
from fer_web.sources.jpeg import START, jpeg_structure

# Pixels times scans. A decoder goes over about a thousand million in a second, whatever is in the scans; cameras' JPEGs
# have one scan, progressive ones about ten.
MAX_PASSES_PX, MAX_SCANS = 1_000_000_000, 10_000
# A pixel of HEVC takes as long as so many scans (2000 x 2000 pixels, decoded 256 times: 7 s).
_AS_SCANS = 4
# Pillow takes headers apart in Python, some microseconds for each piece. Real files have a few thousand at most.
MOST_READS = 200_000
_COMPRESSION, _JPEGS = 259, (6, 7)
_OFFSETS, _COUNTS, _OLD_JPEG = (273, 324), (279, 325), 6
_SCAN = b"\xff\xda"


class CountedFile(io.BytesIO):
    """An upload as a file, which refuses to be read in more pieces than real pictures have."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._reads = 0

    def read(self, size: int | None = -1, /) -> bytes:
        self._reads += 1
        if self._reads > MOST_READS:
            raise ImageError(
                "unsupported_format",
                f"the image file has more than {MOST_READS:,} parts; save it again with an image editor",
            )
        return super().read(size)


def check_cost(image: Image.Image, data: bytes, max_scans: int = MAX_SCANS) -> None:
    """ImageError when decoding `image`, which was opened from `data`, takes too many scans or pixels in all."""
    width, height = image.size
    scans = len(jpeg_structure(data).scans) if data.startswith(START) else 1
    if scans > max_scans:
        raise ImageError(
            "unsupported_format",
            f"the JPEG has {scans:,} scans, but at most {max_scans:,} are allowed; save it again with an image editor",
        )
    passes_px = scans * width * height if scans > 1 else _passes_px(image, data)
    if passes_px > MAX_PASSES_PX:
        times = passes_px / (width * height)
        raise ImageError(
            "too_many_pixels",
            f"the image's {width} x {height} pixels must be decoded {times:,.0f} times, {passes_px:,} pixels in all, "
            f"but at most {MAX_PASSES_PX:,} are allowed: it has too many scans or parts; save it again with an image "
            "editor",
        )


def _passes_px(image: Image.Image, data: bytes) -> int:
    pixels = image.size[0] * image.size[1]
    if image.format in ("HEIF", "AVIF"):
        return max(pixels, _AS_SCANS * heif_pixels(data))
    tags: Any = getattr(image, "tag_v2", {})
    if tags.get(_COMPRESSION) in _JPEGS:
        return _pixels_of_pieces(tags, data, pixels)
    return pixels


def _pixels_of_pieces(tags: Any, data: bytes, pixels: int) -> int:
    """A TIFF's strips or tiles are JPEGs of their own; several may be the same bytes, which are decoded again."""
    offsets, counts = (next((tags[tag] for tag in kind if tag in tags), ()) for kind in (_OFFSETS, _COUNTS))
    if tags[_COMPRESSION] == _OLD_JPEG or not offsets or len(offsets) != len(counts):
        return pixels * data.count(_SCAN)
    places = zip(offsets, counts, strict=True)
    known: dict[tuple[int, int], int] = {}
    scans = 0
    for start, length in places:
        if (start, length) not in known:
            known[start, length] = max(1, data.count(_SCAN, start, start + length))
        scans += known[start, length]
    return pixels * scans // len(offsets)
