"""Video files read for analysis: what they say of themselves, their pictures from any place, their damage."""

from __future__ import annotations

import gc
import shutil
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import av
import numpy as np
import pytest

from fer_web.errors import SourceError
from fer_web.sources.video_reader import Damage, VideoReader, probe_video
from tests.clips import FPS, SIZE, make_clip, portrait


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "talk.mp4", 2, options={"movflags": "+faststart"})


def times_of(path: Path, after_s: float | None = None) -> list[float]:
    with VideoReader(path) as clip:
        return [frame.time_s for frame in clip.frames(after_s)]


def test_a_video_tells_its_facts(clip: Path) -> None:
    facts = probe_video(clip)

    assert (facts.size, facts.fps, facts.has_sound, facts.recorded_at) == (SIZE, FPS, True, None)
    assert facts.duration_s == pytest.approx(2)


def test_when_it_was_recorded_is_told(clip: Path, tmp_path: Path) -> None:
    path = tmp_path / "dated.mp4"
    with av.open(str(clip)) as source, av.open(str(path), "w") as output:
        output.metadata["creation_time"] = "2024-05-06T07:08:09.000000Z"
        stream = output.add_stream_from_template(source.streams.video[0], opaque=True)
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)

    assert probe_video(path).recorded_at == datetime(2024, 5, 6, 7, 8, 9, tzinfo=timezone.utc)


def test_pictures_are_as_they_were(clip: Path) -> None:
    with VideoReader(clip) as opened:
        pixels = [frame.pixels() for frame in opened.frames()]

    assert len(pixels) == 2 * FPS
    for place in (0, 20):
        assert np.abs(pixels[place].astype(int) - portrait(place / FPS)).mean() < 6


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts", ".avi"])
@pytest.mark.parametrize("after_s", [0.0, 0.7, 1.9])
def test_going_on_gives_the_pictures_behind(suffix: str, after_s: float, tmp_path: Path) -> None:
    codec = "mjpeg" if suffix == ".avi" else "libx264"
    path = make_clip(tmp_path / f"talk{suffix}", 2, codec=codec, sound=None)
    whole = times_of(path)
    start_s = max(time_s for time_s in whole if time_s <= after_s + 0.01)

    assert times_of(path, start_s) == [time_s for time_s in whole if time_s > start_s]


def test_a_file_that_cannot_be_entered_in_its_middle_is_read_from_its_beginning(tmp_path: Path, clip: Path) -> None:
    raw = tmp_path / "talk.h264"
    with av.open(str(clip)) as source, av.open(str(raw), "w", format="h264") as output:
        stream = output.add_stream_from_template(source.streams.video[0], opaque=True)
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    whole = times_of(raw)

    assert len(whole) == 2 * FPS
    assert times_of(raw, whole[9]) == whole[10:]
    with VideoReader(raw) as opened:
        list(opened.frames())
        assert opened.trouble is None


def test_pixels_that_are_not_square_are_made_so(tmp_path: Path) -> None:
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg is not installed (Debian: apt-get install ffmpeg)")
    wide, path = make_clip(tmp_path / "a.mp4", 0.2, sound=None), tmp_path / "b.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-i", wide, "-vf", "setsar=2", path], check=True)

    with VideoReader(path) as opened:
        assert opened.facts.size == (2 * SIZE[0], SIZE[1])
        assert next(opened.frames()).pixels().shape == (SIZE[1], 2 * SIZE[0], 3)


def test_damage_of_an_earlier_reading_is_remembered(clip: Path) -> None:
    with VideoReader(clip) as opened:
        list(opened.frames(1.0, Damage(3, 0.25)))

        assert opened.damage == Damage(3, 0.25)
        assert opened.trouble == "3 places are damaged, the first at 0.2 s; everything readable was analyzed."
        assert opened.duration_s == pytest.approx(2, abs=0.01)


def test_frames_that_were_read_are_forgotten_at_once(clip: Path) -> None:
    gc.collect()
    before = {id(one) for one in gc.get_objects() if isinstance(one, av.VideoFrame)}  # of other tests' sources
    gc.disable()  # nothing waits in memory until Python looks for circles of references
    try:
        with VideoReader(clip) as opened:
            for frame in opened.frames():
                frame.pixels()
        assert sum(isinstance(one, av.VideoFrame) and id(one) not in before for one in gc.get_objects()) < 5
    finally:
        gc.enable()


def test_a_picture_too_large_is_refused_before_it_is_decoded(clip: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.sources.video_reader.MAX_PIXELS", 1000)

    with pytest.raises(SourceError, match="more than 1,000 pixels"):
        probe_video(clip)
