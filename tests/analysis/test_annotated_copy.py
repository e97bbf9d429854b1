"""A copy that fails costs nobody the readings, and everybody is told why it is missing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import cast

import av
import pytest
from av.error import ExternalError

from fer_web.analysis import video
from fer_web.analysis.video import AnalysisOptions, VideoAnalysis, analyze_file
from fer_web.core import Faces, Frame, FrameResult, JobState, Reading, Rect
from fer_web.errors import SourceError
from fer_web.jobs.folder_target import ANNOTATED, SUMMARY
from fer_web.jobs.results import LazyModel, analyze_into
from fer_web.registry import ModelCard, verify_model
from fer_web.resources import MODELS
from fer_web.sources import video_reader
from fer_web.sources.decoding import Decoding
from fer_web.sources.video_reader import probe_video
from fer_web.vision import OVERLAYS, Analyzer, Pipeline
from fer_web.vision.blur_areas import BlurAreas
from tests.fixed_vision import FixedVision
from tests.jobs.test_attempt import Desk

PICTURES, SIZE = 45, (64, 48)
TOO_LONG = "There is no annotated copy: it can last 26.5 hours, and the video is longer."


def y4m(path: Path, rate: str) -> Path:
    """Gray pictures, so many a second as the head says."""
    width, height = SIZE
    pictures = (bytes([number * 5]) * (width * height) + b"\x80" * (width * height // 2) for number in range(PICTURES))
    head = f"YUV4MPEG2 W{width} H{height} F{rate} Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + b"".join(b"FRAME\n" + picture for picture in pictures))
    return path


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return verify_model(MODELS, "xception")


@pytest.fixture
def model(card: ModelCard) -> LazyModel:
    lazy = LazyModel(MODELS, "xception")
    lazy.__dict__["vision"] = FixedVision(card)
    return lazy


def analyzed(path: Path, card: ModelCard, copy: Path, **options: object) -> tuple[VideoAnalysis, list[Reading]]:
    readings: list[Reading] = []
    vision = cast(Analyzer, FixedVision(card))
    sink = cast("Callable[..., None]", lambda new, _: readings.extend(new))
    return analyze_file(path, vision, sink, annotated=copy, **options), readings  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", ["1000000:1", "100000:1", "240:1", "1:10", "1:2000"])
def test_a_rate_that_nobody_films_with_gets_a_copy_with_every_picture(
    rate: str, card: ModelCard, tmp_path: Path
) -> None:
    analysis, readings = analyzed(
        y4m(tmp_path / "a.y4m", rate), card, tmp_path / "copy.mp4", options=AnalysisOptions(fps=None)
    )

    assert len(readings) == PICTURES
    assert analysis.recording.trouble is None
    with av.open(str(tmp_path / "copy.mp4")) as copy:
        assert len(list(copy.decode(video=0))) == PICTURES


STANDS_STILL = "There is no annotated copy: a frame of the video lasts more than six hours."


@pytest.mark.parametrize(
    ("rate", "trouble"), [("1:1000000", TOO_LONG), ("1:3000", TOO_LONG), ("1:30000", STANDS_STILL)]
)
def test_a_copy_that_cannot_be_made_leaves_the_readings_and_says_so(
    rate: str, trouble: str, card: ModelCard, tmp_path: Path
) -> None:
    analysis, readings = analyzed(y4m(tmp_path / "a.y4m", rate), card, tmp_path / "copy.mp4")

    assert len(readings) == PICTURES
    assert analysis.is_complete
    assert analysis.recording.trouble == trouble
    assert [path.name for path in tmp_path.iterdir()] == ["a.y4m"]


def test_a_copy_that_cannot_be_put_together_leaves_the_readings_and_says_so(card: ModelCard, tmp_path: Path) -> None:
    (tmp_path / "copy.mp4").mkdir()

    analysis, readings = analyzed(y4m(tmp_path / "a.y4m", "15:1"), card, tmp_path / "copy.mp4")

    assert len(readings) == PICTURES
    assert analysis.recording.trouble == "There is no annotated copy: is a directory."
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.y4m", "copy.mp4"]


def test_a_blurred_copy_is_searched_in_every_picture_also_in_those_between_and_after_an_interruption(
    card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of 30 pictures a second every other one is analyzed; somebody walks by who is never followed."""
    walk = [Rect(number, 0, number + 4, 40) for number in range(PICTURES)]
    drawn: list[FrameResult] = []

    class Passerby(FixedVision):
        def live(self, **wants: Callable[[], bool]) -> Pipeline:
            return Pipeline((), BlurAreas(lambda frame: [walk[frame.index]], wants["wants_blur"]))

    monkeypatch.setattr(video, "HAND_OVER_S", 0.0)
    monkeypatch.setattr(video, "draw", lambda result, _: drawn.append(result) or result.frame.pixels)
    clip, vision = y4m(tmp_path / "a.y4m", "30:1"), cast(Analyzer, Passerby(card))
    analyze = partial(
        analyze_file, clip, vision, lambda *_: None, annotated=tmp_path / "copy.mp4",
        options=AnalysisOptions(overlays=frozenset({OVERLAYS["blur"]})),
    )  # fmt: skip

    first = analyze(should_stop=lambda: len(drawn) == 11)
    second = analyze(start=first.position)

    assert (first.is_complete, second.is_complete) == (False, True)
    assert [round(result.frame.time_s * 30) for result in drawn] == list(range(PICTURES))
    assert all(walk[result.frame.index] in (result.blur_areas or ()) for result in drawn)


def test_an_interrupted_analysis_goes_on_without_the_copy_that_had_failed(
    card: ModelCard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(video, "HAND_OVER_S", 0.0)
    clip, copy, done = y4m(tmp_path / "a.y4m", "1:3000"), tmp_path / "copy.mp4", list[float]()
    first, before = analyzed(
        clip, card, copy, on_progress=lambda done_s, _: done.append(done_s), should_stop=lambda: len(done) > 40
    )

    second, after = analyzed(clip, card, copy, start=first.position)

    assert not first.is_complete
    assert len(before) + len(after) == PICTURES
    assert second.recording.trouble == TOO_LONG
    assert not copy.exists()


def test_the_folders_summary_says_so_and_the_video_is_not_done_again(model: LazyModel, tmp_path: Path) -> None:
    clip = y4m(tmp_path / "a.y4m", "1:1000000")

    analyze_into(tmp_path / "out", clip, model, options=AnalysisOptions(), annotate=True)
    again = analyze_into(tmp_path / "out", clip, model, options=AnalysisOptions(), annotate=True)

    assert json.loads((tmp_path / "out" / SUMMARY).read_text())["recording"]["trouble"] == TOO_LONG
    assert not (tmp_path / "out" / ANNOTATED).exists()
    assert again.note == "already finished; use --overwrite to analyze it again"


def test_an_uploaded_video_is_done_at_the_first_attempt_and_its_job_says_so(card: ModelCard, tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    vision = cast(Analyzer, FixedVision(card))
    desk.place = replace(desk.place, analyze=analyze_file, probe=probe_video, vision=lambda: vision)

    job = desk.run(desk.add(y4m(tmp_path / "a.y4m", "1:1000000").read_bytes(), annotate=True))

    assert (job.state, job.attempts, job.message) == (JobState.DONE, 1, TOO_LONG)
    assert len(desk.times(job.recording_id)) == PICTURES
    assert desk.files() == []
    desk.store.close()


@pytest.mark.parametrize("error", [ExternalError(1, "Generic error in an external library"), MemoryError()])
def test_what_was_too_large_for_the_memory_is_told_as_that(error: Exception, card: ModelCard, tmp_path: Path) -> None:
    class Crash:
        name = "detect"

        def __call__(self, frame: Frame, faces: Faces) -> Faces:
            raise error

    class CrashingVision(FixedVision):
        def live(self, **_: object) -> Pipeline:
            return Pipeline((Crash(),))

    with pytest.raises(SourceError, match=r"a\.y4m .* 64 x 48 pixels are too large for .* \([\d,]+ MB free\)"):
        analyze_file(y4m(tmp_path / "a.y4m", "15:1"), cast(Analyzer, CrashingVision(card)), lambda *_: None)


def test_a_decoder_that_crashes_at_the_first_picture_is_not_a_file_that_is_incomplete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class CrashingDecoding(Decoding):
        def frames(self) -> Iterator[av.VideoFrame]:
            self.crash = ExternalError(1, "Generic error in an external library")
            yield from ()

    monkeypatch.setattr(video_reader, "Decoding", CrashingDecoding)

    with pytest.raises(SourceError, match=r"a\.y4m cannot be decoded: frames of 64 x 48 pixels are too large"):
        probe_video(y4m(tmp_path / "a.y4m", "15:1"))
