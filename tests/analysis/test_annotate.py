"""Annotated copies: H.264 and a sound that browsers play, every picture at its time, put together from pieces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from fer_web.analysis.annotate import drawn_path
from fer_web.analysis.video import AnalysisOptions, analyze_file
from fer_web.vision import Analyzer
from tests.clips import FPS, SIZE, make_clip


def copied(clip: Path, vision: Analyzer, **options: Any) -> Path:
    path = clip.with_name(f"{clip.stem}-annotated.mp4")
    analyze_file(clip, vision, lambda *_: None, annotated=path, **options)
    return path


def streams_of(path: Path) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What a player is told of the pictures and of the sound, with the times of all packets."""
    with av.open(str(path)) as container:
        found: list[dict[str, Any]] = []
        for stream in container.streams:
            context: Any = stream.codec_context
            found.append({"codec": context.codec.canonical_name, "times_s": [], "zero": stream.start_time})
            if stream.type == "video":
                found[-1] |= {"size": (context.width, context.height), "pixels": context.pix_fmt}
        for packet in container.demux():
            if packet.pts is not None:
                found[packet.stream.index]["times_s"].append(float(packet.pts * packet.time_base))
    return found[0], found[1] if len(found) > 1 else None


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "talk.mp4", 1)


def test_every_picture_is_there_at_its_time_with_the_same_sound(clip: Path, vision: Analyzer) -> None:
    pictures, sound = streams_of(copied(clip, vision, options=AnalysisOptions(fps=5)))

    assert (pictures["codec"], pictures["pixels"], pictures["size"]) == ("h264", "yuv420p", SIZE)
    assert pictures["times_s"] == pytest.approx([number / FPS for number in range(FPS)], abs=1e-3)
    assert sound is not None
    original = streams_of(clip)[1]
    assert original is not None
    assert sound["codec"] == "aac"
    assert sound["times_s"] == pytest.approx(original["times_s"][-len(sound["times_s"]) :], abs=1e-3)
    assert sound["times_s"][-1] == pytest.approx(1, abs=0.05)


def test_it_plays_while_it_is_still_loading(clip: Path, vision: Analyzer) -> None:
    data = copied(clip, vision).read_bytes()

    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_what_was_found_is_drawn_and_the_rest_is_left_as_it_was(clip: Path, vision: Analyzer) -> None:
    with av.open(str(clip)) as before, av.open(str(copied(clip, vision))) as after:
        original = next(before.decode(video=0)).to_ndarray(format="rgb24").astype(int)
        drawn = next(after.decode(video=0)).to_ndarray(format="rgb24").astype(int)

    difference = np.abs(original - drawn).mean(axis=2)
    assert difference[-40:, :40].mean() < 8  # a corner, far from the face
    assert difference.max() > 100


@pytest.mark.parametrize(
    ("name", "sound", "expected"),
    [("a.webm", "libopus", "opus"), ("b.mkv", "pcm_s16le", "aac"), ("c.mkv", "mp3", "mp3"), ("d.mkv", None, None)],
)
def test_sound_that_browsers_play_stays_as_it_is(
    name: str, sound: str | None, expected: str | None, vision: Analyzer, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / name, 0.6, codec="libvpx" if name.endswith("webm") else "libx264", sound=sound)

    _, heard = streams_of(copied(clip, vision))

    assert (heard and heard["codec"]) == expected
    assert heard is None or heard["times_s"][-1] == pytest.approx(0.6, abs=0.06)


def test_odd_sizes_get_an_even_copy(vision: Analyzer, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "odd.mkv", 0.4, size=(241, 255), sound=None)

    pictures, _ = streams_of(copied(clip, vision))

    assert pictures["size"] == (242, 256)
    assert len(pictures["times_s"]) == 6


def test_varying_times_stay_and_the_last_picture_lasts(vision: Analyzer, tmp_path: Path) -> None:
    times_s = [0, 0.05, 0.3, 0.5, 0.9]
    clip = make_clip(tmp_path / "screen.mp4", times_s=times_s, sound=None)
    copy = copied(clip, vision)

    pictures, _ = streams_of(copy)

    assert pictures["times_s"] == pytest.approx(times_s, abs=1e-3)
    with av.open(str(copy)) as container:
        assert container.duration is not None
        assert container.duration / 1e6 > 0.95


def test_a_stopped_copy_is_gone_on_with(clip: Path, vision: Analyzer, tmp_path: Path) -> None:
    path = tmp_path / "copy.mp4"
    done: list[float] = []
    first = analyze_file(
        clip,
        vision,
        lambda *_: None,
        annotated=path,
        on_progress=lambda done_s, _: done.append(done_s),
        should_stop=lambda: len(done) >= 6,
    )
    assert not path.exists()
    assert drawn_path(path).stat().st_size == first.position.drawn_bytes
    with drawn_path(path).open("ab") as file:
        file.write(b"what was written when the process was killed")

    analyze_file(clip, vision, lambda *_: None, annotated=path, start=first.position)

    pictures, sound = streams_of(path)
    assert pictures["times_s"] == pytest.approx([number / FPS for number in range(FPS)], abs=1e-3)
    assert sound is not None
    assert not drawn_path(path).exists()
    with av.open(str(path)) as container:
        assert len(list(container.decode(video=0))) == FPS


def test_a_damaged_video_gets_the_copy_of_what_could_be_read(vision: Analyzer, tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.mp4", 1.5, options={"movflags": "+faststart"})
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])

    pictures, sound = streams_of(copied(cut, vision))

    assert 5 < len(pictures["times_s"]) < 22
    assert sound is not None
