"""A JPEG's scans, found without decoding it: how many passes it asks for, and which are there when it is cut."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from fer_web.errors import ImageError

START, END = b"\xff\xd8", b"\xff\xd9"
# Real files have some hundred segments at most, those with large profiles and depth maps among them.
MOST_SEGMENTS = 20_000
_EOI, _SOS, _COEFFICIENTS = 0xD9, 0xDA, 64
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD9)})
# In entropy-coded data, 0xff is followed by 0, or by a restart marker.
_MARKER = re.compile(rb"\xff+([^\x00\xff\xd0-\xd7])")


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the picture: of which components and coefficients, and how many of their lowest bits it omits."""

    components: tuple[int, ...]
    first: int
    last: int
    missing_bits: int


@dataclass(frozen=True)
class JpegStructure:
    """The components in the order of the frame header, the first one being luma, and the scans as far as they go."""

    components: tuple[int, ...]
    scans: tuple[Scan, ...]

    @cached_property
    def has_all_scans(self) -> bool:
        """Whether each component is there and luma in every detail; what is cut then lies in the last scan begun."""
        missing = dict.fromkeys(range(_COEFFICIENTS), 1)
        for scan in self.scans:
            if self.components[0] in scan.components:
                missing |= dict.fromkeys(range(scan.first, scan.last + 1), scan.missing_bits)
        seen = {component for scan in self.scans for component in scan.components}
        return not any(missing.values()) and seen >= set(self.components)


def jpeg_structure(data: bytes) -> JpegStructure:
    """What a decoder will go through; ImageError when it has more segments than any real file."""
    components: tuple[int, ...] = (0,)
    scans: list[Scan] = []
    for marker, body in _segments(data):
        if marker in _FRAMES and len(body) > 6:
            components = tuple(body[6::3]) or components
        elif marker == _SOS and body:
            count = body[0]
            first, last, bits = (*body[1 + 2 * count : 4 + 2 * count], 0, 63, 0)[:3]
            scans.append(Scan(tuple(body[1 : 1 + 2 * count : 2]), first, min(last, _COEFFICIENTS - 1), bits & 15))
    return JpegStructure(components, tuple(scans))


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Each marker with what its segment holds, up to the end of the picture or of the data."""
    at, count = len(START), 0
    while (found := _MARKER.search(data, at)) and found[1][0] != _EOI:
        marker, at = found[1][0], found.end()
        if marker not in _WITHOUT_LENGTH:
            end = at + max(2, int.from_bytes(data[at : at + 2], "big"))
            yield marker, data[at + 2 : end]
            at = end
        count += 1
        if count > MOST_SEGMENTS:
            raise ImageError(
                "unsupported_format",
                f"the JPEG has more than {MOST_SEGMENTS:,} segments; save it again with an image editor",
            )
