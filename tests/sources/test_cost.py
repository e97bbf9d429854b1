"""A video may not cost more than its length is worth: in pixels, and in memory."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest

from fer_web.errors import SourceError
from fer_web.sources.cost import ANALYZED_PX_PER_S, FREE_PX, Demand, Meter, check_memory
from fer_web.sources.video_reader import VideoReader
from tests.clips import make_clip

UHD_8K, UHD_4K, FULL_HD = (7680, 4320), (3840, 2160), (1920, 1080)


def gif_of_dots(path: Path, size: tuple[int, int], frames: int, delay_cs: int) -> Path:
    """A large GIF whose every frame changes one pixel: 22 bytes a frame, a full image each when it is decoded."""
    control = b"\x21\xf9\x04\0" + struct.pack("<H", delay_cs) + b"\0\0"
    dot = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    head = b"GIF89a" + struct.pack("<HHBBB", *size, 128, 0, 0) + b"\0\0\0\xff\xff\xff"
    path.write_bytes(head + (control + dot) * frames + b";")
    return path


def test_a_small_file_that_would_take_hours_is_refused_at_once(tmp_path: Path) -> None:
    bomb = gif_of_dots(tmp_path / "bomb.gif", UHD_8K, 5000, 7)
    assert bomb.stat().st_size < 120_000

    started = time.monotonic()
    with (
        VideoReader(bomb) as reader,
        pytest.raises(
            SourceError, match=r"bomb\.gif has 7680 x 4320 pixels per frame, .*473,9\d\d,\d\d\d pixels per second"
        ),
    ):
        reader.check_cost(15)
    assert time.monotonic() - started < 20  # a decoded frame or two, on a busy machine


def test_a_video_that_does_not_tell_its_length_is_stopped_on_the_way() -> None:
    meter, seen = Meter("bomb.png"), []

    def analyze_all() -> None:
        for number in range(5000):
            meter.analyzed(UHD_8K, number * 0.07)
            seen.append(number)

    with pytest.raises(SourceError, match=r"bomb\.png has too many pixels for its length: .* to be analyzed"):
        analyze_all()
    assert len(seen) * 7680 * 4320 < 2.2 * FREE_PX


@pytest.mark.parametrize(
    ("size", "fps", "analyzed_fps", "length_s"),
    [
        (FULL_HD, 60, 60, 3 * 3600),  # a film, every frame
        (UHD_4K, 60, 15, 3600),  # a phone's
        (UHD_4K, 30, 30, 3600),
        (UHD_4K, 240, 15, 600),  # slow motion
        (UHD_8K, 30, 7, 3600),
        (UHD_8K, 30, 15, 10),  # short
        ((640, 480), 1e6, 15, 75e-6),  # a rate that cannot be true
    ],
)
def test_what_cameras_record_is_taken(size: tuple[int, int], fps: float, analyzed_fps: float, length_s: float) -> None:
    Demand(size, fps, analyzed_fps, length_s).check("talk.mp4")


@pytest.mark.parametrize(
    ("demand", "complaint"),
    [
        (Demand(UHD_8K, 30, 15, 600), r"analyze at most 7\.5 frames per second, or reduce its size"),
        (Demand(UHD_4K, 1000, 15, 600), r"to be decoded: 8,294,400,000 pixels per second, but at most 2,000,000,000"),
    ],
)
def test_a_refusal_tells_the_number_and_what_to_do(demand: Demand, complaint: str) -> None:
    with pytest.raises(SourceError, match=complaint):
        demand.check("film.mp4")


def test_an_ordinary_video_is_metered_without_complaint(tmp_path: Path) -> None:
    with VideoReader(make_clip(tmp_path / "talk.mp4", 1, sound=None)) as reader:
        reader.check_cost(None)
        for frame in reader.frames():
            reader.meter.analyzed(frame.size, frame.time_s)


def test_images_that_do_not_fit_into_the_memory_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.sources.cost.free_memory_bytes", lambda: 1_000_000_000)

    check_memory("talk.mp4", UHD_4K)
    with pytest.raises(SourceError, match=r"takes about 1,327 MB of memory, but only 1,000 MB are free"):
        check_memory("talk.mp4", UHD_8K)


def test_the_limit_is_what_8k_needs_at_seven_frames_a_second() -> None:
    assert 7 < ANALYZED_PX_PER_S / (7680 * 4320) < 8
