"""Small images and videos of many formats, and ways to damage them."""

from __future__ import annotations

import contextlib
import io
import random
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from PIL import Image

from fer_web.core import Pixels
from fer_web.study.bench.pipeline import frames_of

IMAGE_KINDS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 80},
    "progressive JPEG": {"format": "JPEG", "progressive": True},
    "PNG": {},
    "GIF": {},
    "WebP": {},
    "BMP": {},
    "TIFF": {"compression": "tiff_lzw"},
    "JPEG2000": {},
    "AVIF": {},
    "TGA": {},
}
# Format, ending, encoder, pixel format.
VIDEO_KINDS = (
    ("mp4", "mp4", "libx264", "yuv420p"),
    ("matroska", "mkv", "libx264", "yuv420p"),
    ("webm", "webm", "libvpx", "yuv420p"),
    ("avi", "avi", "mpeg4", "yuv420p"),
    ("mov", "mov", "mjpeg", "yuvj420p"),
    ("mpegts", "ts", "mpeg2video", "yuv420p"),
    ("mpeg", "mpg", "mpeg2video", "yuv420p"),
    ("mp4", "mp4", "libx265", "yuv420p"),
    ("gif", "gif", "gif", "rgb8"),
    ("flv", "flv", "flv", "yuv420p"),
)
FRAMES = 12
SIZE = (320, 240)
FPS = 12


def sample_images() -> dict[str, bytes]:
    """One of every format that can be written here, by its name."""
    picture = Image.fromarray(_frames(1)[0])
    found: dict[str, bytes] = {}
    for name, given in IMAGE_KINDS.items():
        file = io.BytesIO()
        with contextlib.suppress(KeyError, OSError, ValueError):  # this Pillow does not write it
            picture.save(file, **{"format": name.upper(), **given})
            found[name] = file.getvalue()
    return found


def sample_videos() -> dict[str, tuple[str, bytes]]:
    """One of every container and codec that can be written here: its ending and its bytes, by their names."""
    import av

    frames = _frames(FRAMES)
    found: dict[str, tuple[str, bytes]] = {}
    for container, ending, codec, pixel_format in VIDEO_KINDS:
        with contextlib.suppress(av.FFmpegError, ValueError):  # this FFmpeg does not write it
            found[f"{container} {codec}"] = (ending, _video(frames, container, codec, pixel_format))
    return found


def _frames(count: int) -> list[Pixels]:
    frames = (Image.fromarray(frame.pixels).resize(SIZE) for frame in frames_of(f"demo:?fps={FPS}", count))
    return [np.asarray(frame, np.uint8) for frame in frames]


def _video(frames: Sequence[Pixels], container: str, codec: str, pixel_format: str) -> bytes:
    import av

    file = io.BytesIO()
    with av.open(file, "w", format=container) as output:
        stream: Any = output.add_stream(codec, rate=FPS)
        stream.width, stream.height = SIZE
        stream.pix_fmt = pixel_format
        for pixels in frames:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format=pixel_format)))
        output.mux(stream.encode())
    return file.getvalue()


def damaged(data: bytes, chance: random.Random) -> bytes:
    """The same, damaged in one of several ways."""
    return chance.choice(DAMAGES)(bytearray(data), chance)


def _cut(data: bytearray, chance: random.Random) -> bytes:
    return bytes(data[: chance.randrange(1, len(data))])


def _changed(data: bytearray, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 4, 16, 64, 256))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def _changed_head(data: bytearray, chance: random.Random) -> bytes:
    """The beginning holds sizes, counts and offsets."""
    for _ in range(chance.choice((1, 2, 8))):
        data[chance.randrange(min(512, len(data)))] = chance.choice((0, 1, 127, 128, 255, chance.randrange(256)))
    return bytes(data)


def _huge_number(data: bytearray, chance: random.Random) -> bytes:
    at = chance.randrange(max(1, min(1024, len(data) - 4)))
    data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0"))
    return bytes(data)


def _hole(data: bytearray, chance: random.Random) -> bytes:
    start = chance.randrange(len(data))
    length = chance.randrange(1, max(2, len(data) // 4))
    data[start : start + length] = bytes(len(data[start : start + length])) if chance.random() < 0.5 else b""
    return bytes(data) or b"\0"


def _swapped(data: bytearray, chance: random.Random) -> bytes:
    middle = chance.randrange(len(data))
    return bytes(data[:100] + data[middle:] + data[100:middle])


DAMAGES: tuple[Callable[[bytearray, random.Random], bytes], ...] = (
    _cut,
    _changed,
    _changed_head,
    _huge_number,
    _hole,
    _swapped,
)
