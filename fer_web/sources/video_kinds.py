"""Which files are videos. A file's content decides, never its name."""

from __future__ import annotations

from pathlib import Path

from fer_web.core.text import shown_path
from fer_web.errors import SourceError

# Containers that hold their frames themselves: offset and first bytes. A playlist (m3u8, ffconcat, SDP, DASH) would
# make FFmpeg open other files or addresses of this machine's network, whatever the file is called.
_CONTAINERS: tuple[tuple[int, bytes], ...] = (
    *((4, box) for box in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")),  # MP4, MOV, 3GP
    (0, b"\x1a\x45\xdf\xa3"),  # Matroska, WebM
    (0, b"RIFF"),  # AVI
    (0, b"GIF87a"),
    (0, b"GIF89a"),
    (0, b"FLV\x01"),
    (0, b"OggS"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"),  # WMV, ASF
    (0, b"\x00\x00\x01\xba"),  # MPEG program stream
    (0, b"\x00\x00\x01\xb3"),  # MPEG-1, MPEG-2 video
    (0, b"\x00\x00\x00\x01"),  # H.264, H.265 without a container
    (0, b"\x00\x00\x01\x67"),
    (0, b"YUV4MPEG2"),
    (0, b"DKIF"),  # IVF
)
# Images: offset, first bytes, name. HEIC and AVIF of several frames have other brands, and are played.
_IMAGES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "a JPEG"),
    (0, b"\x89PNG", "a PNG"),
    (4, b"ftypavif", "an AVIF"),
    (4, b"ftypheic", "a HEIC"),
    (4, b"ftypheix", "a HEIC"),
    (4, b"ftypmif1", "a HEIF"),
    (0, b"BM", "a BMP"),
    (0, b"II*\0", "a TIFF"),
    (0, b"MM\0*", "a TIFF"),
    (0, b"\x00\x00\x00\x0cjP  ", "a JPEG 2000"),
)
# Bytes of a transport stream's packets: as broadcast, with a camcorder's or Blu-ray's time in front, with a checksum
# behind. A file may begin in the middle of one.
_TS_PACKETS = (188, 192, 204)
_TS_SYNC, _TS_SYNCS = b"G", 5
# So much of a file's beginning says whether it is a video: enough packets; an animated PNG's chunks before its image.
HEAD_BYTES = 4096
PLAYED = "MP4, MOV, MKV, WebM, AVI, GIF, MPEG and WMV are supported"


def check_video(path: Path) -> Path:
    """`path` made absolute, so that FFmpeg takes no part of it for a protocol; SourceError when it is no video."""
    if not path.exists():
        raise SourceError(f"no such file: {shown_path(path)}")
    if not path.is_file():
        raise SourceError(f"{shown_path(path)} is not a file; use the path of a video")
    try:
        with path.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except OSError as error:
        raise SourceError(f"{shown_path(path)} cannot be read: {error.strerror}") from error
    if not is_video(start):
        raise SourceError(f"{shown_path(path.name)} {why_no_video(start)}")
    return path.resolve()


def is_video(start: bytes) -> bool:
    """Whether a file that begins like this, with its first HEAD_BYTES, is one of the containers that are played."""
    if _is_webp(start) or _image(start) is not None:
        return False
    return any(start.startswith(magic, offset) for offset, magic in _CONTAINERS) or _is_apng(start) or _is_ts(start)


def why_no_video(start: bytes) -> str:
    """What a file is that begins like this, as the rest of a sentence that starts with its name."""
    if _is_webp(start):
        if start[12:16] == b"VP8X" and len(start) > 20 and start[20] & 0x02:
            return "is an animated WebP, which is not supported; convert it to GIF or MP4"
        return "is a WebP image, not a video; use `predict` or POST /predict"
    image = _image(start)
    if image is not None:
        return f"is {image} image, not a video; use `predict` or POST /predict"
    return f"is not a video file; {PLAYED}"


def _is_webp(start: bytes) -> bool:
    return start.startswith(b"RIFF") and start[8:12] == b"WEBP"


def _is_apng(start: bytes) -> bool:
    """Animated PNGs say so in front of their first image."""
    return start.startswith(b"\x89PNG\r\n\x1a\n") and b"acTL" in start.partition(b"IDAT")[0]


def _image(start: bytes) -> str | None:
    if _is_apng(start):
        return None
    return next((name for offset, magic, name in _IMAGES if start.startswith(magic, offset)), None)


def _is_ts(start: bytes) -> bool:
    """Whether packets follow each other, wherever the first one begins; two are enough when that is at once."""
    return any(start[first::packet][:2] == _TS_SYNC * 2 for packet in _TS_PACKETS for first in (0, 4)) or any(
        start[first::packet][:_TS_SYNCS] == _TS_SYNC * _TS_SYNCS
        for packet in _TS_PACKETS
        for first in range(len(start) - (_TS_SYNCS - 1) * packet)
        if start[first] == _TS_SYNC[0]
    )
