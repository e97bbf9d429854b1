"""A PNG without what its pixels do not need: texts and color profiles, some of which unpack to gigabytes."""

from __future__ import annotations

from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_AROUND_BYTES = 12  # a chunk's length, name and checksum
_PROFILE = b"iCCP"
_TEXTS = frozenset({b"tEXt", b"zTXt", b"iTXt"})
# Pillow unpacks a megabyte of each text, which takes a millisecond or two; some tell the orientation.
MOST_TEXTS = 64
# A file of more chunks is refused while its header is read.
_MOST_CHUNKS = 100_000


def lean_png(data: bytes) -> bytes:
    """The picture without its profile, which is not used, and without its texts when there are too many."""
    chunks = list(_chunks(data))
    texts = sum(name in _TEXTS for name, _ in chunks)
    dropped = _TEXTS | {_PROFILE} if texts > MOST_TEXTS else {_PROFILE}
    return _joined(data, chunks, dropped)


def without_notes(data: bytes) -> bytes | None:
    """The picture without any text; None for what is no PNG, or has none."""
    chunks = list(_chunks(data))
    return _joined(data, chunks, _TEXTS) if any(name in _TEXTS for name, _ in chunks) else None


def _chunks(data: bytes) -> Iterator[tuple[bytes, slice]]:
    """Each chunk's name and place, with what stands around it."""
    at = len(SIGNATURE) if data.startswith(SIGNATURE) else len(data)
    for _ in range(_MOST_CHUNKS):
        if at >= len(data):
            return
        end = at + _AROUND_BYTES + int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], slice(at, end)
        at = end


def _joined(data: bytes, chunks: list[tuple[bytes, slice]], dropped: frozenset[bytes] | set[bytes]) -> bytes:
    if not any(name in dropped for name, _ in chunks):
        return data
    kept = (data[place] for name, place in chunks if name not in dropped)
    return b"".join([SIGNATURE, *kept, data[chunks[-1][1].stop :]])
