"""Small videos made for a test: a portrait that moves a little, and a tone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

SIZE = (240, 256)
FPS = 15
TONE_HZ = 440
RATE = 48_000
TICKS = 90_000


def portrait(time_s: float, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """The astronaut's face (width, height), swaying by a few pixels; the detector finds it."""
    from skimage.data import astronaut

    left, top = 110 + round(6 * np.sin(2 * time_s)), 0
    return np.ascontiguousarray(astronaut()[top : top + size[1], left : left + size[0]])


def make_clip(
    path: Path,
    seconds: float = 2.0,
    *,
    size: tuple[int, int] = SIZE,
    codec: str = "libx264",
    sound: str | None = "aac",
    times_s: Iterable[float] | None = None,
    picture: Callable[[float, tuple[int, int]], NDArray[np.uint8]] = portrait,
    rotation: int = 0,
    flips: tuple[bool, bool] = (False, False),
    options: dict[str, str] | None = None,
) -> Path:
    """A video of that length with a tone, in the container that the name's ending says."""
    times_s = [number / FPS for number in range(round(seconds * FPS))] if times_s is None else list(times_s)
    with av.open(str(path), "w", options=options or {}) as output:
        stream: Any = output.add_stream(codec, rate=FPS, width=size[0], height=size[1])
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv444p" if size[0] % 2 or size[1] % 2 else "yuv420p"
        stream.codec_context.time_base = Fraction(1, FPS if codec == "mjpeg" else TICKS)
        if codec == "libx264":
            stream.options = {"preset": "ultrafast", "g": "10"}
        if rotation or any(flips):
            stream.set_display_rotation(rotation, hflip=flips[0], vflip=flips[1])
        heard: Any = output.add_stream(sound, rate=RATE, layout="mono") if sound else None
        packets = [*_pictures(stream, times_s, size, picture), *(_tone(heard, seconds) if heard else ())]
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


def _pictures(stream: Any, times_s: Iterable[float], size: tuple[int, int], picture: Any) -> Iterator[Any]:
    base = stream.codec_context.time_base
    for time_s in times_s:
        frame = av.VideoFrame.from_ndarray(picture(time_s, size), "rgb24").reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = round(time_s / base), base
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _tone(stream: Any, seconds: float) -> Iterator[Any]:
    resampler = av.AudioResampler(stream.format.name, "mono", RATE, stream.codec_context.frame_size or 1024)
    samples = np.arange(round(seconds * RATE))
    wave = (np.sin(2 * np.pi * TONE_HZ * samples / RATE) / 4).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(wave[None], "fltp", "mono")
    frame.rate, frame.pts, frame.time_base = RATE, 0, Fraction(1, RATE)
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        yield from stream.encode(piece)
    yield from stream.encode(None)
