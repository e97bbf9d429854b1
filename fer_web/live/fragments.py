"""H.264 as fragmented MP4 (ISO/IEC 14496-12 and -15): a beginning that names the codec, then a fragment a picture.

FFmpeg's muxer hands a fragment out only when the next picture comes, because it lasts until then; here its length is
told beforehand, so a picture is on its way as soon as it is encoded.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from fer_web.core import Size

TICKS_PER_S = 90_000
BOX_BYTES = 8  # of a box before its content
# Sent while there is nothing to show: only a write tells whether somebody still reads. Players skip it.
NOTHING = struct.pack(">I4s", 8, b"free")
START_CODE = re.compile(rb"\x00\x00\x01")
SEQUENCE, PICTURE, DELIMITER = 7, 8, 9  # parameter sets, and the mark between pictures
# Profiles whose avcC ends with the kind of pixels: 4:2:0, eight bits each.
HIGH_PROFILES = frozenset({100, 110, 122, 144})
HIGH_TAIL = bytes((0xFD, 0xF8, 0xF8, 0))
MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
UNDETERMINED = 0x55C4  # the language 'und'
IS_KEY, DEPENDS = 0x02000000, 0x01010000  # a sample's flags
DATA_OFFSET, DURATION, SIZE, FLAGS = 0x1, 0x100, 0x200, 0x400  # what a trun holds
BASE_IS_MOOF = 0x20000


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """A picture's units, each behind its length, and its parameter sets, if it has them."""

    data: bytes
    sequence: bytes = b""
    picture: bytes = b""


def coded_picture(stream: bytes) -> CodedPicture:
    """What an encoder has made of a picture, from Annex B's form.

    The parameter sets stay in the data, too: players that know only one beginning go on when a new one comes.
    """
    units = [unit.rstrip(b"\0") for unit in START_CODE.split(stream)[1:]]
    sets = {unit[0] & 0x1F: unit for unit in units if unit}
    data = b"".join(struct.pack(">I", len(unit)) + unit for unit in units if unit and unit[0] & 0x1F != DELIMITER)
    return CodedPicture(data, sets.get(SEQUENCE, b""), sets.get(PICTURE, b""))


def beginning(size: Size, key: CodedPicture) -> bytes:
    """What a player reads first; `key` is a picture with its parameter sets."""
    times = struct.pack(">4I", 0, 0, TICKS_PER_S, 0)
    header = _full("mvhd", times, struct.pack(">IH10x", 0x10000, 0), MATRIX, bytes(24), struct.pack(">I", 2))
    extends = _box("mvex", _full("trex", struct.pack(">5I", 1, 1, 0, 0, 0)))
    movie = _box("moov", header, _box("trak", _track_header(size), _media(size, key)), extends)
    return _box("ftyp", b"iso5\0\0\2\0iso5iso6avc1mp41") + movie


def fragment(number: int, start: int, duration: int, picture: CodedPicture, *, is_key: bool) -> bytes:
    """One picture, shown from `start` for `duration` ticks; fragments are numbered from 1 on."""
    sample = struct.pack(">3I", duration, len(picture.data), IS_KEY if is_key else DEPENDS)
    track = (
        _full("tfhd", struct.pack(">I", 1), flags=BASE_IS_MOOF),
        _full("tfdt", struct.pack(">Q", start), version=1),
    )

    def movie(data_offset: int) -> bytes:
        run = _full("trun", struct.pack(">Ii", 1, data_offset), sample, flags=DATA_OFFSET | DURATION | SIZE | FLAGS)
        return _box("moof", _full("mfhd", struct.pack(">I", number)), _box("traf", *track, run))

    return movie(len(movie(0)) + BOX_BYTES) + _box("mdat", picture.data)


def _track_header(size: Size) -> bytes:
    width, height = size
    return _full(
        "tkhd",
        struct.pack(">5I8x4H", 0, 0, 1, 0, 0, 0, 0, 0, 0),
        MATRIX,
        struct.pack(">2I", width << 16, height << 16),
        flags=3,  # enabled, and part of the movie
    )


def _media(size: Size, key: CodedPicture) -> bytes:
    empty = struct.pack(">I", 0)
    table = _box(
        "stbl",
        _full("stsd", struct.pack(">I", 1), _sample_entry(size, key)),
        *(_full(name, empty) for name in ("stts", "stsc", "stco")),
        _full("stsz", empty, empty),
    )
    address = _box("dinf", _full("dref", struct.pack(">I", 1), _full("url ", flags=1)))  # in this very file
    return _box(
        "mdia",
        _full("mdhd", struct.pack(">4I2H", 0, 0, TICKS_PER_S, 0, UNDETERMINED, 0)),
        _full("hdlr", empty, b"vide", bytes(12), b"video\0"),
        _box("minf", _full("vmhd", bytes(8), flags=1), address, table),
    )


def _sample_entry(size: Size, key: CodedPicture) -> bytes:
    sequence, picture = key.sequence, key.picture
    settings = _box(
        "avcC",
        bytes((1, *sequence[1:4], 0xFF, 0xE1)),
        struct.pack(">H", len(sequence)) + sequence,
        struct.pack(">BH", 1, len(picture)) + picture,
        HIGH_TAIL if sequence[1] in HIGH_PROFILES else b"",
    )
    per_inch = 72 << 16
    looks = struct.pack(">6xH16x2H2I4xH32x2H", 1, *size, per_inch, per_inch, 1, 24, 0xFFFF)
    return _box("avc1", looks, settings)


def _full(name: str, *parts: bytes, version: int = 0, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", version << 24 | flags), *parts)


def _box(name: str, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", BOX_BYTES + len(body), name.encode()) + body
