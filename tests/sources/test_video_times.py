"""How long a video is, and when it is said to break off: a length is an end minus a start."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fer_web.sources import open_source
from fer_web.sources.video_reader import VideoReader
from tests.clips import FPS, make_clip

STARTS_S = (0, 1.4, 30, 3600)
LASTS_S = 5.0
SIZE = (160, 120)


def noise(time_s: float, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """What fills a file evenly."""
    return np.random.default_rng(round(time_s * 1000)).integers(0, 255, (size[1], size[0], 3), np.uint8)


def read_whole(path: Path) -> VideoReader:
    """A reader that has read the file, closed."""
    with VideoReader(path) as reader:
        for _ in reader.frames():
            pass
    return reader


def starting_at(path: Path, start_s: float, *, codec: str, sound: str) -> Path:
    """Two seconds of a portrait with a tone, whose time begins at `start_s`."""
    plain = make_clip(path.with_stem("plain"), 2, size=SIZE, codec=codec, sound=sound, picture=noise)
    with av.open(str(plain)) as source, av.open(str(path), "w") as output:
        tracks = (source.streams.video[0], source.streams.audio[0])
        streams = {track.index: output.add_stream_from_template(track, opaque=True) for track in tracks}
        for packet in source.demux(*tracks):
            if packet.dts is not None:
                packet.pts += round(start_s / packet.time_base)
                packet.dts += round(start_s / packet.time_base)
                packet.stream = streams[packet.stream.index]
                output.mux(packet)
    return path


@pytest.mark.parametrize("start_s", STARTS_S)
@pytest.mark.parametrize(
    ("suffix", "codec", "sound"),
    [
        (".mp4", "libx264", "aac"),
        (".mov", "libx264", "aac"),
        (".mkv", "libx264", "aac"),
        (".webm", "libvpx", "libopus"),
        (".ts", "libx264", "mp2"),
        (".mpg", "libx264", "mp2"),
        (".flv", "libx264", "aac"),
        (".wmv", "wmv2", "mp2"),
    ],
)
def test_a_video_that_does_not_start_at_zero_is_as_long_as_it_is(
    suffix: str, codec: str, sound: str, start_s: float, tmp_path: Path
) -> None:
    reader = read_whole(starting_at(tmp_path / f"later{suffix}", start_s, codec=codec, sound=sound))

    assert reader.trouble is None
    assert reader.duration_s == pytest.approx(2, abs=0.1)
    assert reader.facts.duration_s == pytest.approx(2, abs=0.2)


def last_one_stays(path: Path, codec: str) -> Path:
    """A second of frames, of which the last one is shown for five."""
    with av.open(str(path), "w") as output:
        stream: Any = output.add_stream(codec, rate=FPS, width=SIZE[0], height=SIZE[1])
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        packets = []
        for number in range(FPS):
            frame = av.VideoFrame.from_ndarray(noise(number / FPS), "rgb24").reformat(format=stream.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            packets += stream.encode(frame)
        packets += stream.encode(None)
        last = max(packets, key=lambda packet: packet.pts or 0)
        last.duration = round(LASTS_S / last.time_base)
        for packet in packets:
            output.mux(packet)
    return path


@pytest.mark.parametrize(
    ("suffix", "codec"),
    [(".mkv", "libx264"), (".webm", "libvpx"), (".avi", "mjpeg"), (".flv", "libx264"), (".wmv", "wmv2")],
)
def test_a_last_picture_that_stays_long_is_no_damage(suffix: str, codec: str, tmp_path: Path) -> None:
    reader = read_whole(last_one_stays(tmp_path / f"slides{suffix}", codec))

    assert reader.trouble is None
    assert reader.facts.duration_s == pytest.approx(LASTS_S + 1, abs=0.2)


@pytest.mark.parametrize("suffix", [".mkv", ".webm"])
def test_the_last_picture_lasts_as_long_as_its_packet_says(suffix: str, tmp_path: Path) -> None:
    reader = read_whole(last_one_stays(tmp_path / f"slides{suffix}", "libvpx"))

    assert reader.duration_s == pytest.approx(LASTS_S + 1 - 1 / FPS, abs=0.1)


@pytest.mark.parametrize("suffix", [".gif", ".png", ".avif"])
def test_a_slide_show_plays_with_its_own_pauses(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"slides{suffix}"
    images = [Image.new("RGB", (64, 48), color) for color in ("red", "lime", "blue")]
    images[0].save(path, save_all=True, append_images=images[1:], duration=[100, 300, 9000])

    reader = read_whole(path)
    with open_source(str(path), loop=False, paced=False) as source:
        shown = list(source.frames())

    assert reader.trouble is None
    assert reader.duration_s == pytest.approx(9.4, abs=0.05)
    assert [frame.time_s for frame in shown] == pytest.approx([0, 0.1, 0.4], abs=0.011)
    assert [int(frame.pixels[24, 32].argmax()) for frame in shown] == [0, 1, 2]


@pytest.mark.parametrize(("suffix", "codec"), [(".mkv", "libx264"), (".webm", "libvpx"), (".flv", "libx264")])
@pytest.mark.parametrize("start_s", [0, 30])
def test_a_file_that_was_cut_short_still_says_so(suffix: str, codec: str, start_s: float, tmp_path: Path) -> None:
    sound = "libopus" if suffix == ".webm" else "aac"
    whole = starting_at(tmp_path / f"whole{suffix}", start_s, codec=codec, sound=sound)
    cut = tmp_path / f"cut{suffix}"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])

    reader = read_whole(cut)

    assert reader.trouble is not None
    assert f"ends at {reader.duration_s:.1f} s, but its header says {reader.facts.duration_s:.1f} s" in reader.trouble
    assert reader.facts.duration_s == pytest.approx(2, abs=0.2)


def test_a_matroska_whose_writer_tells_the_length_instead_of_the_end_is_no_damage(tmp_path: Path) -> None:
    path = starting_at(tmp_path / "later.mkv", 30, codec="libx264", sound="aac")
    data = bytearray(path.read_bytes())
    at = data.index(b"\x44\x89\x88") + 3  # the segment's Duration, a double of milliseconds
    assert struct.unpack_from(">d", data, at)[0] == pytest.approx(32_000, abs=100)
    struct.pack_into(">d", data, at, 2000.0)
    path.write_bytes(bytes(data))

    reader = read_whole(path)

    assert reader.trouble is None
    assert reader.facts.duration_s == pytest.approx(2, abs=0.1)
