"""Which files are taken for videos, and which of their tracks is played."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from fer_web.errors import SourceError
from fer_web.sources.video_kinds import HEAD_BYTES, is_video
from fer_web.sources.video_reader import VideoReader, probe_video
from tests.clips import FPS, make_clip

SIZE = (96, 64)
PACKET = 188


def count_frames(path: Path) -> int:
    with VideoReader(path) as reader:
        return len(list(reader.frames()))


@pytest.fixture(scope="module")
def broadcast(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A second of a transport stream."""
    path = make_clip(tmp_path_factory.mktemp("clips") / "talk.ts", 1, sound=None)
    return path.read_bytes()


def packets_of(stream: bytes) -> list[bytes]:
    return [stream[at : at + PACKET] for at in range(0, len(stream), PACKET)]


def camcorder(stream: bytes) -> bytes:
    """Each packet with the time of its arrival in front."""
    return b"".join((number * 300).to_bytes(4, "big") + packet for number, packet in enumerate(packets_of(stream)))


def with_checksums(stream: bytes) -> bytes:
    return b"".join(packet + bytes(16) for packet in packets_of(stream))


@pytest.mark.parametrize("written", [bytes, camcorder, with_checksums])
@pytest.mark.parametrize("missing", [0, 1, 4, 77, 150])
def test_a_camcorders_file_is_read_wherever_in_a_packet_it_begins(
    written: Any, missing: int, broadcast: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "00001.MTS"
    path.write_bytes(written(broadcast)[missing:])

    assert count_frames(path) == pytest.approx(FPS, abs=10 if missing else 0)  # until a frame comes that stands alone


def test_what_lies_before_the_first_packet_is_passed_over(broadcast: bytes, tmp_path: Path) -> None:
    path = tmp_path / "capture.ts"
    path.write_bytes(b"HTTP/1.1 200 OK\r\n\r\n" * 20 + broadcast)

    assert count_frames(path) == FPS


@pytest.mark.parametrize("text", [b"GIVE me a Good reason\n" * 400, b"G" + bytes(187) + b"G" + bytes(5000), b"G" * 3])
def test_a_text_is_no_transport_stream_because_of_a_letter(text: bytes) -> None:
    assert not is_video(text[1:HEAD_BYTES])


def with_still_first(path: Path, moving: int, *, is_default: bool, says_cover: bool = False) -> Path:
    """An MJPEG track of one frame, 640 x 480, before the video of 96 x 64."""
    from av.stream import Disposition

    with av.open(str(path), "w") as output:
        still: Any = output.add_stream("mjpeg", rate=25, width=640, height=480)
        still.pix_fmt = "yuvj420p"
        video: Any = output.add_stream("libx264", rate=25, width=SIZE[0], height=SIZE[1])
        video.pix_fmt = "yuv420p"
        still.disposition = Disposition.attached_pic if says_cover else Disposition.default * is_default
        packets = _encoded(still, 1, (640, 480)) + _encoded(video, moving, SIZE)
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            output.mux(packet)
    return path


def _encoded(stream: Any, count: int, size: tuple[int, int]) -> list[Any]:
    packets = []
    for number in range(count):
        pixels = np.full((size[1], size[0], 3), 10 * number % 255, np.uint8)
        frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = number, Fraction(1, 25)
        packets += stream.encode(frame)
    return packets + stream.encode(None)


@pytest.mark.parametrize("is_default", [False, True])
@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".avi"])
def test_a_still_before_the_video_is_not_taken_for_it(suffix: str, is_default: bool, tmp_path: Path) -> None:
    path = with_still_first(tmp_path / f"phone{suffix}", 50, is_default=is_default)

    assert probe_video(path).size == SIZE
    assert count_frames(path) == 50


def test_a_sleeve_is_never_taken_for_the_video(tmp_path: Path) -> None:
    path = with_still_first(tmp_path / "song.mp4", 1, is_default=False, says_cover=True)

    assert probe_video(path).size == SIZE


def test_an_animated_webp_is_called_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "cat.webp"
    images = [Image.new("RGB", (64, 48), color) for color in ("red", "lime")]
    images[0].save(path, save_all=True, append_images=images[1:], duration=100)

    with pytest.raises(SourceError, match=r"cat\.webp is an animated WebP, .*convert it to GIF or MP4"):
        probe_video(path)


@pytest.mark.parametrize(
    ("suffix", "name"), [("webp", "a WebP"), ("avif", "an AVIF"), ("png", "a PNG"), ("jpg", "a JPEG")]
)
def test_a_photo_is_called_by_its_name(suffix: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / f"photo.{suffix}"
    Image.new("RGB", (64, 48), "red").save(path)

    with pytest.raises(SourceError, match=f"{name} image, not a video; use `predict`"):
        probe_video(path)


def test_a_video_of_an_unknown_codec_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = make_clip(tmp_path / "talk.mp4", 1, sound=None)
    data = path.read_bytes()
    path.write_bytes(data.replace(b"avc1" + bytes(6), b"zzzz" + bytes(6)))  # the track's, not the file's brand

    with pytest.raises(SourceError, match="unknown codec"):
        VideoReader(path)
