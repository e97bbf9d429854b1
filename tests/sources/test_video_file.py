"""Video files: every frame, in RGB, with its own time; nothing that only pretends to be one."""

from __future__ import annotations

import csv
import time
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from fer_web.errors import SourceError, SourceLost
from fer_web.sources import open_source
from tests.sources.captures import mjpeg_camera

FPS = 20


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten red frames, 20 a second, each a little brighter than the last."""
    path = tmp_path_factory.mktemp("clips") / "clip 1.avi"
    writer = cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"MJPG"), FPS, (160, 120))
    for number in range(10):
        writer.write(np.full((120, 160, 3), (0, 0, 100 + 10 * number), np.uint8))
    writer.release()
    return path


def test_every_frame_comes_once_in_rgb(clip: Path) -> None:
    with open_source(str(clip), loop=False, paced=False) as source:
        frames = list(source.frames())
    assert (source.kind, source.label) == ("file", "clip 1.avi")
    assert [frame.index for frame in frames] == list(range(10))
    assert [frame.time_s for frame in frames] == pytest.approx([number / FPS for number in range(10)])
    for number, frame in enumerate(frames):
        red, green, blue = frame.pixels.mean(axis=(0, 1))
        assert red == pytest.approx(100 + 10 * number, abs=6)
        assert max(green, blue) < 10


def test_a_loop_starts_over_and_its_time_goes_on(clip: Path) -> None:
    with open_source(f"file:{clip}", paced=False) as source:
        frames = list(islice(source.frames(), 25))
    assert [frame.time_s for frame in frames] == pytest.approx([number / FPS for number in range(25)])
    assert frames[10].pixels.tolist() == frames[0].pixels.tolist()


def test_a_paced_file_takes_as_long_as_it_is(clip: Path) -> None:
    started = time.monotonic()
    with open_source(str(clip), loop=False) as source:
        last = [frame.index for frame in source.frames()][-1]
    assert last == 9
    assert 0.4 < time.monotonic() - started < 2


def test_a_gif_keeps_its_own_durations(tmp_path: Path) -> None:
    path = tmp_path / "anything.bin"
    pictures = [Image.new("RGB", (64, 48), color) for color in ("red", "lime", "blue")]
    pictures[0].save(path, "GIF", save_all=True, append_images=pictures[1:], duration=[100, 300, 200], loop=0)
    with open_source(str(path), loop=False, paced=False) as source:
        frames = list(source.frames())
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.1, 0.4], abs=0.011)
    assert [frame.pixels[24, 32].argmax() for frame in frames] == [0, 1, 2]


def test_a_file_that_disappears_is_lost(clip: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.avi"
    copy.write_bytes(clip.read_bytes())
    with open_source(str(copy), paced=False) as source:
        copy.unlink()
        with pytest.raises(SourceLost, match=r"no such file: .*copy\.avi"):
            list(source.frames())


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (None, "no such file"),
        (b"", "is not a video"),
        (b"just text", "is not a video"),
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "is a PNG image, not a video; use `predict`"),
        (b"\x1a\x45\xdf\xa3" + bytes(1000), "contains no frame"),
        (b"GIF89a" + bytes(1000), "contains no frame"),
    ],
)
def test_what_is_no_video_is_refused_with_a_sentence(tmp_path: Path, content: bytes | None, complaint: str) -> None:
    path = tmp_path / "clip.mp4"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SourceError, match=complaint):
        open_source(str(path))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is not a file"):
        open_source(str(tmp_path))


@pytest.mark.parametrize("disguise", [b"", b"GIF89a\n", b"RIFF\n", b"\0\0\0\1\n", b"\x1a\x45\xdf\xa3\n"])
@pytest.mark.parametrize(
    "playlist",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}/a.ts\n{file}\n",
        "ffconcat version 1.0\nfile '{url}/a.mjpg'\nfile '{file}'\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 26\n",
        "<?xml version='1.0'?><MPD><BaseURL>{url}/</BaseURL></MPD>",
    ],
)
def test_a_playlist_opens_nothing(clip: Path, tmp_path: Path, playlist: str, disguise: bytes) -> None:
    with mjpeg_camera() as camera:
        path = tmp_path / "clip.mp4"
        path.write_bytes(disguise + playlist.format(url=camera.url, file=clip).encode())
        with pytest.raises(SourceError, match=r"is not a video|contains no frame|pixels per frame"):
            open_source(str(path), open_timeout_s=5)
        assert camera.requests == []


@pytest.mark.media
def test_every_clip_delivers_its_frames(media: Path) -> None:
    with (media / "videos" / "manifest.csv").open(newline="") as file:
        clips = list(csv.DictReader(file))
    assert len(clips) > 15
    for row in clips:
        if int(row["frames"]) > 500:
            continue
        with open_source(str(media / "videos" / row["file"]), loop=False, paced=False) as source:
            times, sizes = zip(*((frame.time_s, frame.size) for frame in source.frames()), strict=True)
        assert len(times) == int(row["frames"]), row["file"]
        assert set(sizes) == {(int(row["w"]), int(row["h"]))}, row["file"]
        assert np.diff(times).min() > 0, row["file"]
        rounded = 0.15 if row["file"].endswith(".gif") else 0.04  # a GIF counts in hundredths of a second
        assert times[-1] == pytest.approx((len(times) - 1) / float(row["fps"]), rel=rounded), row["file"]
