"""The analysis of video files: every picture once, past what is damaged, and on from where it stopped."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from threading import current_thread

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_web.analysis.video import BEGINNING, AnalysisOptions, Position, VideoAnalysis, analyze_file
from fer_web.core import Reading
from fer_web.errors import SourceError
from fer_web.sources.video_reader import probe_video
from fer_web.vision import Analyzer
from tests.clips import FPS, SIZE, make_clip, portrait
from tests.sources.test_cost import gif_of_dots


class Sink:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.positions: list[Position] = []

    def __call__(self, readings: Sequence[Reading], position: Position) -> None:
        self.readings += readings
        self.positions.append(position)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of a portrait, with a tone; its index stands in front, so that a part of it can be read."""
    return make_clip(tmp_path_factory.mktemp("clips") / "talk.mp4", 2, options={"movflags": "+faststart"})


def analyze(path: Path, vision: Analyzer, **options: object) -> tuple[VideoAnalysis, Sink]:
    sink = Sink()
    return analyze_file(path, vision, sink, **options), sink  # type: ignore[arg-type]


def test_a_reading_is_handed_over_for_every_person_and_picture(clip: Path, vision: Analyzer) -> None:
    analysis, sink = analyze(clip, vision)

    recording = analysis.recording
    assert analysis.is_complete
    assert recording.trouble is None
    assert [reading.time_s for reading in sink.readings] == pytest.approx([n / FPS for n in range(2 * FPS)], abs=1e-3)
    assert {reading.track_id for reading in sink.readings} == {1}
    assert (recording.name, recording.source, recording.width, recording.height) == ("talk.mp4", "talk.mp4", *SIZE)
    assert recording.duration_s == pytest.approx(2.0)
    assert recording.fps == pytest.approx(FPS)
    assert recording.model == "xception test"
    assert sink.positions[-1] == analysis.position == Position(sink.readings[-1].time_s, pictures=2 * FPS, people=1)


@pytest.mark.parametrize(("fps", "count"), [(None, 30), (15, 30), (5, 10), (1, 2), (60, 30)])
def test_as_many_pictures_a_second_are_analyzed_as_asked_for(
    clip: Path, vision: Analyzer, fps: float | None, count: int
) -> None:
    analysis, _ = analyze(clip, vision, options=AnalysisOptions(fps=fps))

    assert analysis.position.pictures == count


def test_milliseconds_of_a_container_cost_no_pictures(vision: Analyzer, tmp_path: Path) -> None:
    analysis, _ = analyze(make_clip(tmp_path / "talk.mkv", 1, sound=None), vision, options=AnalysisOptions(fps=FPS))

    assert analysis.position.pictures == FPS


def test_a_varying_frame_rate_keeps_its_times(vision: Analyzer, tmp_path: Path) -> None:
    times_s = [0, 0.05, 0.1, 0.3, 0.5, 0.55, 0.9, 1.5]
    clip = make_clip(tmp_path / "screen.mp4", times_s=times_s, sound=None)

    _, sink = analyze(clip, vision, options=AnalysisOptions(fps=None))

    assert [reading.time_s for reading in sink.readings] == pytest.approx(times_s, abs=1e-3)


def test_a_picture_lying_on_its_side_is_set_upright(vision: Analyzer, tmp_path: Path) -> None:
    def lying(time_s: float, size: tuple[int, int]) -> NDArray[np.uint8]:
        return np.ascontiguousarray(np.rot90(portrait(time_s, (size[1], size[0])), -1))

    clip = make_clip(tmp_path / "phone.mp4", 0.4, size=SIZE[::-1], rotation=90, picture=lying)

    analysis, sink = analyze(clip, vision)

    assert (analysis.recording.width, analysis.recording.height) == SIZE
    assert len(sink.readings) == 6


@pytest.mark.parametrize("flips", [(True, False), (False, True), (True, True)])
def test_a_video_that_is_stored_mirrored_or_upside_down_is_set_right(
    flips: tuple[bool, bool], vision: Analyzer, tmp_path: Path
) -> None:
    def stored(time_s: float, size: tuple[int, int]) -> NDArray[np.uint8]:
        columns, rows = (-1 if flip else 1 for flip in flips)
        return np.ascontiguousarray(portrait(time_s, size)[::rows, ::columns])

    clip = make_clip(tmp_path / "selfie.mp4", 0.4, sound=None, flips=flips, picture=stored)

    _, sink = analyze(clip, vision)

    assert len(sink.readings) == 6


def test_people_are_found_also_after_the_pictures_have_changed_their_size(vision: Analyzer, tmp_path: Path) -> None:
    small, large = (make_clip(tmp_path / f"{side}.ts", 1, size=(side, 256), sound=None) for side in (240, 320))
    joined, copy = tmp_path / "joined.ts", tmp_path / "copy.mp4"
    joined.write_bytes(small.read_bytes() + large.read_bytes())

    analysis, sink = analyze(joined, vision, annotated=copy)

    assert len(sink.readings) == analysis.position.pictures == 2 * FPS
    assert analysis.recording.trouble is None
    assert (analysis.recording.width, analysis.recording.height) == (240, 256)
    assert probe_video(copy).size == (240, 256)
    assert probe_video(copy).duration_s == pytest.approx(2, abs=0.2)


def test_a_video_that_costs_too_much_is_refused_before_it_is_read(vision: Analyzer, tmp_path: Path) -> None:
    bomb = gif_of_dots(tmp_path / "bomb.gif", (7680, 4320), 5000, 7)

    with pytest.raises(SourceError, match=r"bomb\.gif has 7680 x 4320 pixels per frame"):
        analyze(bomb, vision)


def test_progress_comes_on_the_callers_thread(clip: Path, vision: Analyzer) -> None:
    told: list[tuple[float, float | None]] = []
    threads = set()

    def on_progress(done_s: float, total_s: float | None) -> None:
        told.append((done_s, total_s))
        threads.add(current_thread())

    analyze(clip, vision, on_progress=on_progress)

    assert [done_s for done_s, _ in told] == sorted(done_s for done_s, _ in told)
    assert told[-1] == (pytest.approx(2 - 1 / FPS, abs=1e-3), pytest.approx(2.0, abs=0.1))
    assert threads == {current_thread()}


@pytest.mark.parametrize("suffix", [".mp4", ".ts"])
def test_a_stopped_analysis_goes_on_and_nothing_is_counted_twice(suffix: str, vision: Analyzer, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / f"talk{suffix}", 2, sound="mp2" if suffix == ".ts" else "aac")
    whole, expected = analyze(clip, vision)
    seen: list[float] = []

    def is_enough() -> bool:
        return len(seen) >= 12

    first, before = analyze(clip, vision, on_progress=lambda done_s, _: seen.append(done_s), should_stop=is_enough)
    second, after = analyze(clip, vision, start=first.position)

    assert (first.is_complete, second.is_complete) == (False, True)
    assert first.position.pictures == 12
    both = [*before.readings, *after.readings]
    assert [reading.time_s for reading in both] == [reading.time_s for reading in expected.readings]
    assert {reading.track_id for reading in before.readings} == {1}
    assert {reading.track_id for reading in after.readings} == {2}
    assert second.position.pictures == whole.position.pictures
    assert second.recording.duration_s == pytest.approx(whole.recording.duration_s)
    assert second.recording.fps == whole.recording.fps


def test_going_on_behind_the_end_adds_nothing(clip: Path, vision: Analyzer) -> None:
    first, _ = analyze(clip, vision)

    second, after = analyze(clip, vision, start=first.position)

    assert after.readings == []
    assert second.is_complete
    assert second.position == first.position
    assert second.recording == first.recording


def test_what_a_sink_raises_ends_the_analysis(clip: Path, vision: Analyzer) -> None:
    def full(readings: Sequence[Reading], position: Position) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        analyze_file(clip, vision, full)


def test_a_file_that_was_cut_short_says_where(clip: Path, vision: Analyzer, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    data = clip.read_bytes()
    cut.write_bytes(data[: len(data) // 3])

    analysis, sink = analyze(cut, vision)

    end_s = analysis.recording.duration_s
    assert 0 < end_s < 1
    assert len(sink.readings) == analysis.position.pictures
    assert analysis.recording.trouble == (
        f"The file ends at {end_s:.1f} s, but its header says 2.0 s: it was cut short or is damaged."
    )


def test_a_damaged_place_is_passed_over_and_told_also_by_a_later_run(
    clip: Path, vision: Analyzer, tmp_path: Path
) -> None:
    damaged = tmp_path / "damaged.mp4"
    data = bytearray(clip.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 2000] = bytes(range(250)) * 8
    damaged.write_bytes(bytes(data))

    whole, sink = analyze(damaged, vision)

    assert sink.readings[-1].time_s == pytest.approx(2 - 1 / FPS, abs=1e-3)
    assert whole.recording.trouble is not None
    assert "damaged" in whole.recording.trouble
    assert whole.position.damaged_places > 0
    again, _ = analyze(damaged, vision, start=whole.position)
    assert again.recording.trouble == whole.recording.trouble


def test_sound_that_is_longer_than_the_pictures_is_no_trouble(vision: Analyzer, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "long.mkv", 3, times_s=[n / FPS for n in range(5)])

    analysis, _ = analyze(clip, vision)

    assert analysis.recording.trouble is None
    assert analysis.recording.duration_s == pytest.approx(5 / FPS, abs=0.01)


def test_sound_alone_is_refused(vision: Analyzer, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "song.mp4", 1)
    song = tmp_path / "song.m4a"
    import av

    with av.open(str(clip)) as source, av.open(str(song), "w", format="mp4") as output:
        heard = source.streams.audio[0]
        stream = output.add_stream_from_template(heard)
        for packet in source.demux(heard):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)

    with pytest.raises(SourceError, match=r"song\.m4a contains sound but no video"):
        analyze(song, vision)


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:1/a.ts\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"GIF89a\n#EXTM3U\nhttp://127.0.0.1:1/a.ts\n",
        b"no video at all",
        b"",
    ],
)
def test_what_is_no_video_is_refused(content: bytes, vision: Analyzer, tmp_path: Path) -> None:
    path = tmp_path / "talk.mp4"
    path.write_bytes(content)

    with pytest.raises(SourceError, match=r"talk\.mp4 (is not a video|contains no frame|has more than)"):
        analyze(path, vision)


def test_a_video_without_its_index_is_refused_in_words(vision: Analyzer, tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.mp4", 1)
    path = tmp_path / "half.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    with pytest.raises(SourceError, match=r"half\.mp4 contains no frame that can be decoded .*is the file complete\?"):
        analyze(path, vision)


def test_impossible_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="fps must be above 0"):
        AnalysisOptions(fps=0)


def test_it_begins_at_the_beginning() -> None:
    assert BEGINNING.time_s is None


@pytest.mark.media
def test_a_conversation_is_read_as_the_live_picture_would_be(media: Path, vision: Analyzer, tmp_path: Path) -> None:
    clip = tmp_path / "talk.mkv"
    shutil.copyfile(media / "videos" / "intel" / "no.mkv", clip)

    analysis, sink = analyze(clip, vision)

    assert analysis.position.pictures == 33
    assert analysis.recording.duration_s == pytest.approx(66 / 30, abs=0.05)
    assert len(sink.readings) >= 30
    assert analysis.recording.trouble is None
