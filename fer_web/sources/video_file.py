"""Video files, from MP4 to GIF. What is played is decided by the file's content, never by its name."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

from fer_web.errors import SourceError, SourceLost
from fer_web.sources.grabber import Picture
from fer_web.sources.pace import Pace

_DEFAULT_FPS = 25.0
_FASTEST_FPS = 240.0

# Containers that hold their pictures themselves: offset and first bytes. A playlist (m3u8, ffconcat, SDP, DASH) would
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
_TS_PACKET = 188
# So much of a file's beginning says whether it is a video.
HEAD_BYTES = _TS_PACKET * 2 + 1


def video_file(path: Path, loop: bool, paced: bool, stop: threading.Event) -> Iterator[Picture]:
    """The pictures of a file with their own time stamps, which keep growing over the rounds of a `loop`.

    `paced`: not before they are due. The file is opened anew each round, as seeking is not exact in every format.
    """
    checked = check_video(path)
    pace = Pace(stop) if paced else None
    start_s, rounds = 0.0, 0
    while rounds == 0 or loop:
        end_s: float | None = None
        for picture, end_s in _once(checked, start_s, stop):  # noqa: B007 - read after the loop
            if pace:
                pace.wait_until(picture.time_s)
            yield picture
        if stop.is_set():
            return
        if end_s is None:
            raise (SourceLost if rounds else SourceError)(f"{path.name} holds no picture that can be decoded")
        start_s, rounds = end_s, rounds + 1


def _once(path: Path, start_s: float, stop: threading.Event) -> Iterator[tuple[Picture, float]]:
    """Each picture and when it ends, from the first to the last; nothing when none can be decoded."""
    from fer_web.sources.opencv import MAX_PIXELS, capture, cv2, pixel_count, read_rgb

    video = capture(str(path), cv2.CAP_FFMPEG)
    try:
        if pixel_count(video) > MAX_PIXELS:
            raise SourceError(f"{path.name} has more than {MAX_PIXELS:,} pixels a picture, which is not taken")
        step_s = 1 / plausible_fps(video.get(cv2.CAP_PROP_FPS))
        time_s, first_s = start_s - step_s, None
        while not stop.is_set() and (pixels := read_rgb(video)) is not None:
            stamp_s = video.get(cv2.CAP_PROP_POS_MSEC) / 1000
            first_s = stamp_s if first_s is None else first_s
            due_s = start_s + stamp_s - first_s
            time_s = due_s if due_s > time_s else time_s + step_s
            yield Picture(time_s, pixels), time_s + step_s
    finally:
        video.release()


def plausible_fps(fps: float) -> float:
    """The rate that a container announces, or a usual one when it cannot be true."""
    return fps if 0 < fps <= _FASTEST_FPS else _DEFAULT_FPS


def check_video(path: Path) -> Path:
    """`path` made absolute, so that FFmpeg takes no part of it for a protocol; SourceError when it is no video."""
    if not path.exists():
        raise SourceError(f"there is no file {path}")
    if not path.is_file():
        raise SourceError(f"{path} is not a file; give the path of a video")
    try:
        with path.open("rb") as file:
            start = file.read(HEAD_BYTES)
    except OSError as error:
        raise SourceError(f"{path} cannot be read: {error.strerror}") from error
    if not is_video(start):
        raise SourceError(f"{path.name} is not a video; MP4, MOV, MKV, WebM, AVI, GIF, MPEG and WMV are played")
    return path.resolve()


def is_video(start: bytes) -> bool:
    """Whether a file that begins like this, with its first HEAD_BYTES, is one of the containers that are played."""
    transport = len(start) > _TS_PACKET and start[0] == start[_TS_PACKET] == ord("G")
    return transport or any(start.startswith(magic, offset) for offset, magic in _CONTAINERS)
