"""How many pixels a HEIC or AVIF asks to decode: a small picture may be put together from many large ones.

Reads the boxes of ISO/IEC 23008-12 that say so: the primary item, which items it is derived from, and their sizes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

BOX_HEAD_BYTES, MOST_BOXES, MOST_DEPTH = 8, 100_000, 8
# At least so many: what is more is refused, and items that are made of themselves would have no end.
ENDLESS_PX = 1 << 62


@dataclass
class _Items:
    """What the meta box says: items' sizes in pixels by property, properties and parts by item."""

    primary: int = 0
    sizes: dict[int, int] = field(default_factory=dict)
    properties: dict[int, list[int]] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)

    def pixels(self, item: int, depth: int = 0) -> int:
        """Of an item and of all that it is derived from, as often as it is."""
        if depth > MOST_DEPTH:
            return ENDLESS_PX
        own = max((self.sizes.get(index, 0) for index in self.properties.get(item, ())), default=0)
        parts = self.parts.get(item, [])
        each = {part: self.pixels(part, depth + 1) for part in set(parts)}
        return min(ENDLESS_PX, max(own, sum(each[part] for part in parts)))


def heif_pixels(data: bytes) -> int:
    """The pixels that are decoded for the primary picture; 0 when the file does not say."""
    items = _Items()
    try:
        for name, at, end in _boxes(data, 0, len(data)):
            if name == b"meta":
                _read_meta(items, data, at + 4, end)
                break
    except (struct.error, IndexError):  # the decoder will say that it is damaged
        return 0
    return items.pixels(items.primary)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Each box's name, and where its content starts and ends."""
    for _ in range(MOST_BOXES):
        if at + BOX_HEAD_BYTES > end:
            return
        length, name = struct.unpack_from(">I4s", data, at)
        start = at + BOX_HEAD_BYTES
        if length == 1:
            (length,), start = struct.unpack_from(">Q", data, start), start + 8
        stop = min(end, at + length if length else end)
        if stop < start:
            return
        yield name, start, stop
        at = stop


def _read_meta(items: _Items, data: bytes, at: int, end: int) -> None:
    for name, start, stop in _boxes(data, at, end):
        version = data[start]
        if name == b"pitm":
            items.primary = _number(data, start + 4, 2 if version == 0 else 4)
        elif name == b"iref":
            _read_references(items, data, start + 4, stop, 2 if version == 0 else 4)
        elif name == b"iprp":
            _read_properties(items, data, start, stop)


def _read_references(items: _Items, data: bytes, at: int, end: int, wide: int) -> None:
    for name, start, _ in _boxes(data, at, end):
        if name == b"dimg":
            count = _number(data, start + wide, 2)
            first = start + wide + 2
            parts = [_number(data, first + wide * place, wide) for place in range(count)]
            items.parts.setdefault(_number(data, start, wide), []).extend(parts)


def _read_properties(items: _Items, data: bytes, at: int, end: int) -> None:
    for name, start, stop in _boxes(data, at, end):
        if name == b"ipco":
            for index, (kind, body, _) in enumerate(_boxes(data, start, stop), start=1):
                if kind == b"ispe":
                    width, height = struct.unpack_from(">II", data, body + 4)
                    items.sizes[index] = width * height
        elif name == b"ipma":
            _read_associations(items, data, start)


def _read_associations(items: _Items, data: bytes, at: int) -> None:
    version, flags = data[at], _number(data, at + 1, 3)
    count, at = _number(data, at + 4, 4), at + 8
    item_wide, index_wide = 4 if version else 2, 2 if flags & 1 else 1
    most = (1 << (8 * index_wide - 1)) - 1  # the highest bit tells whether it is essential
    for _ in range(min(count, MOST_BOXES)):
        item = _number(data, at, item_wide)
        first, many = at + item_wide + 1, data[at + item_wide]
        items.properties[item] = [_number(data, first + index_wide * n, index_wide) & most for n in range(many)]
        at = first + index_wide * many


def _number(data: bytes, at: int, wide: int) -> int:
    if at + wide > len(data):
        raise IndexError("the box ends before its number")
    return int.from_bytes(data[at : at + wide], "big")
