"""What a video file announces of itself: where it ends in its own time, and how many bytes it has."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

MICROSECONDS = 1_000_000
# FFmpeg works their length out from the file's size or last time stamp: they announce none that could be missed.
WITHOUT_LENGTH = frozenset({"mpeg", "mpegts", "mpegvideo", "h264", "hevc", "yuv4mpegpipe", "ogg", "ivf"})
# Their head tells the time of the end, where others tell how long the file is.
END_STAMPED = frozenset({"matroska,webm", "asf"})

_EBML, _SEGMENT = b"\x1a\x45\xdf\xa3", b"\x18\x53\x80\x67"
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_ASF_SIZE_AT = 40  # bytes from the properties' beginning to the file's size
_HEAD_BYTES = 65_536
_FLV_TAG_BYTES, _FLV_KINDS = 11, (8, 9, 18)


def announced_end_s(container: InputContainer, stream: VideoStream) -> float | None:
    """When the last frame ends, in the file's own time; None when the file does not say.

    The track's own end where it is told, else that of the longest track. Some writers of Matroska tell the length where
    others tell the end: an end before the beginning is such a length.
    """
    start_s = (container.start_time or 0) / MICROSECONDS
    if container.format.name not in END_STAMPED and stream.duration is not None and stream.time_base is not None:
        first = stream.start_time or 0
        return float((first + stream.duration) * stream.time_base)
    if container.duration is None:
        return None
    told_s = container.duration / MICROSECONDS
    is_end = container.format.name in END_STAMPED and told_s > start_s
    return told_s if is_end else start_s + told_s


def is_whole(path: Path) -> bool:
    """Whether the file is as long as its structure says, where that can be told: nothing of it is missing."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        size = file.seek(0, os.SEEK_END)
        if head.startswith(b"RIFF"):
            return _riff_end(file, size) <= size
        if head.startswith(b"FLV"):
            return _ends_with_a_tag(file, size)
        declared = _matroska_bytes(head) if head.startswith(_EBML) else _asf_bytes(head)
        return declared is not None and declared <= size


def _riff_end(file: BinaryIO, size: int) -> int:
    """Where the last RIFF list of an AVI ends: one a gigabyte."""
    end = 0
    while end < size - 1:
        file.seek(end)
        name, length = struct.unpack("<4sI", file.read(8).ljust(8, b"\0"))
        if name != b"RIFF":
            break
        end += 8 + length + length % 2
    return end - 1 if end == size + 1 else end  # the last one's filling byte may be left out


def _ends_with_a_tag(file: BinaryIO, size: int) -> bool:
    """Whether the last four bytes tell the size of an FLV tag that stands in front of them."""
    if size < _FLV_TAG_BYTES + 4:
        return False
    file.seek(size - 4)
    length = int.from_bytes(file.read(4), "big")
    if not _FLV_TAG_BYTES <= length <= size - 4:
        return False
    file.seek(size - 4 - length)
    tag = file.read(4)
    return tag[0] in _FLV_KINDS and int.from_bytes(tag[1:], "big") == length - _FLV_TAG_BYTES


def _matroska_bytes(head: bytes) -> int | None:
    """Where the segment ends that holds everything; None for a recorder's that was written without knowing it."""
    for name, start, length in _ebml_elements(head):
        if name == _SEGMENT:
            return None if length is None else start + length
    return None


def _ebml_elements(head: bytes) -> Iterator[tuple[bytes, int, int | None]]:
    """The outermost elements in a file's beginning: name, where the content starts, its length if that is told."""
    at = 0
    while at + 12 <= len(head):
        name = head[at : at + _vint_bytes(head[at])]
        at += len(name)
        wide = _vint_bytes(head[at])
        value = int.from_bytes(head[at : at + wide], "big") & ((1 << 7 * wide) - 1)
        at += wide
        is_told = value != (1 << 7 * wide) - 1
        yield name, at, value if is_told else None
        if not is_told:
            return
        at += value


def _vint_bytes(first: int) -> int:
    """How many bytes a number of EBML has, by its first one: as many as there are leading zeros, and one."""
    return min(8, 9 - first.bit_length()) if first else 8


def _asf_bytes(head: bytes) -> int | None:
    at = head.find(_ASF_PROPERTIES)
    if not head.startswith(_ASF_HEADER) or not 0 <= at <= len(head) - _ASF_SIZE_AT - 8:
        return None
    return int(struct.unpack_from("<Q", head, at + _ASF_SIZE_AT)[0]) or None
