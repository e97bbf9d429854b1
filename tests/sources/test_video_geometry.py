"""Frames are upright, unmirrored, with square pixels and of their own size, for analysis and for viewers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
import pytest
from av.bitstream import BitStreamFilterContext
from numpy.typing import NDArray

from fer_web.core import Pixels
from fer_web.sources import open_source
from fer_web.sources.video_reader import VideoReader

SIZE = (96, 64)
Read: TypeAlias = Callable[[Path], list[Pixels]]

# Quarters of red, green, blue and white, row by row, as FFmpeg's players show them when a matrix turns them by so many
# degrees counterclockwise and then mirrors columns, rows.
SHOWN = {
    (0, False, False): "RGBW",
    (0, True, False): "GRWB",
    (0, False, True): "BWRG",
    (180, False, False): "WBGR",
    (90, False, False): "GWRB",
    (270, False, False): "BRWG",
    (90, True, False): "WGBR",
    (90, False, True): "RBGW",
}


def for_analysis(path: Path) -> list[Pixels]:
    with VideoReader(path) as reader:
        return [frame.pixels() for frame in reader.frames()]


def for_viewers(path: Path) -> list[Pixels]:
    with open_source(str(path), loop=False, paced=False) as source:
        return [frame.pixels for frame in source.frames()]


@pytest.fixture(params=[for_analysis, for_viewers])
def read(request: pytest.FixtureRequest) -> Read:
    answer: Read = request.param
    return answer


def quarters(size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    width, height = size
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[: height // 2, : width // 2] = 255, 0, 0
    pixels[: height // 2, width // 2 :] = 0, 255, 0
    pixels[height // 2 :, : width // 2] = 0, 0, 255
    return pixels


def seen(pixels: Pixels) -> str:
    """The colors of the four quarters."""
    height, width = pixels.shape[:2]
    names = {(True, False, False): "R", (False, True, False): "G", (False, False, True): "B", (True, True, True): "W"}
    places = [(y, x) for y in (height // 4, 3 * height // 4) for x in (width // 4, 3 * width // 4)]
    return "".join(names.get(tuple(bool(value > 127) for value in pixels[place]), "?") for place in places)


def encoded(path: Path, sizes: Iterable[tuple[int, int]], prepare: Callable[[Any], None] = lambda _: None) -> Path:
    """A video of quarters, one frame a size; all sizes are equal within one file."""
    with av.open(str(path), "w") as output:
        stream: Any = None
        for number, size in enumerate(sizes):
            if stream is None:
                stream = output.add_stream("libx264", rate=25, width=size[0], height=size[1])
                stream.pix_fmt = "yuv420p"
                prepare(stream)
            frame = av.VideoFrame.from_ndarray(quarters(size), "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(("degrees", "columns", "rows"), SHOWN)
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv"])
def test_all_eight_orientations_are_shown_as_players_show_them(
    read: Read, suffix: str, degrees: int, columns: bool, rows: bool, tmp_path: Path
) -> None:
    def turn(stream: Any) -> None:
        stream.set_display_rotation(degrees, hflip=columns, vflip=rows)

    image = read(encoded(tmp_path / f"phone{suffix}", [SIZE], turn))[0]

    assert seen(image) == SHOWN[degrees, columns, rows]
    assert image.shape == ((64, 96, 3) if degrees in (0, 180) else (96, 64, 3))


@pytest.mark.parametrize(
    ("turn", "shown"), [("rotate=90", "GWRB"), ("flip=horizontal", "GRWB"), ("flip=vertical", "BWRG")]
)
def test_what_the_frames_themselves_say_of_their_orientation_counts(
    read: Read, turn: str, shown: str, tmp_path: Path
) -> None:
    plain, path = encoded(tmp_path / "plain.ts", [SIZE] * 12), tmp_path / "camera.ts"
    with av.open(str(plain)) as source, av.open(str(path), "w") as output:
        track = source.streams.video[0]
        stream = output.add_stream_from_template(track, opaque=True)
        turning = BitStreamFilterContext(f"h264_metadata=display_orientation=insert:{turn}", track)
        for packet in source.demux(track):
            for turned in turning.filter(packet):
                turned.stream = stream
                output.mux(turned)

    assert seen(read(path)[0]) == shown


def test_every_image_has_its_own_size(read: Read, tmp_path: Path) -> None:
    wide, high = encoded(tmp_path / "a.ts", [(128, 48)] * 6), encoded(tmp_path / "b.ts", [(128, 96)] * 6)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(wide.read_bytes() + high.read_bytes())

    images = read(joined)

    assert {image.shape for image in images[:4]} == {(48, 128, 3)}
    assert {image.shape for image in images[-4:]} == {(96, 128, 3)}
    assert {seen(image) for image in images} == {"RGBW"}


@pytest.mark.parametrize(("pixel", "width"), [(Fraction(2), 192), (Fraction(1, 2), 48), (Fraction(100), 96)])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_pixels_that_are_not_square_are_made_so(
    read: Read, suffix: str, pixel: Fraction, width: int, tmp_path: Path
) -> None:
    def squeeze(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = pixel

    images = read(encoded(tmp_path / f"dv{suffix}", [SIZE] * 12, squeeze))

    assert {image.shape for image in images} == {(64, width, 3)}


def test_pixels_that_change_their_shape_on_the_way_are_made_square(read: Read, tmp_path: Path) -> None:
    def squeeze(stream: Any) -> None:
        stream.codec_context.sample_aspect_ratio = Fraction(2)

    square, wide = encoded(tmp_path / "a.ts", [SIZE] * 6), encoded(tmp_path / "b.ts", [(96, 48)] * 6, squeeze)
    joined = tmp_path / "joined.ts"
    joined.write_bytes(square.read_bytes() + wide.read_bytes())

    images = read(joined)

    assert images[0].shape == (64, 96, 3)
    assert images[-1].shape == (48, 192, 3)
