"""A video's folder: what is in it, and what a later run makes of it."""

from __future__ import annotations

import json
import os
from functools import partial
from pathlib import Path

import pytest

from fer_web.analysis import video
from fer_web.analysis.video import AnalysisOptions
from fer_web.errors import SourceError, VideoError
from fer_web.jobs import results
from fer_web.jobs.checkpoint import Checkpoint
from fer_web.jobs.folder_target import ANNOTATED, READINGS, REPORT, RESULTS, STATE, SUMMARY, alone
from fer_web.jobs.results import AnalysisOutcome, LazyModel, analyze_into
from fer_web.reports import read_readings_csv
from fer_web.vision import Analyzer
from tests.clips import FPS, make_clip


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clips") / "talk.mp4", 1)


@pytest.fixture
def model(tiny_models: Path, vision: Analyzer) -> LazyModel:
    """The small network, loaded already."""
    lazy = LazyModel(tiny_models, "xception")
    lazy.__dict__["vision"] = vision
    return lazy


@pytest.fixture(autouse=True)
def _hand_over_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(video, "HAND_OVER_S", 0.0)


def stopping_after(count: int) -> partial[bool]:
    """Says that it is enough when it was asked so often."""
    asked: list[int] = []
    return partial(lambda: asked.append(1) or len(asked) >= count)  # type: ignore[func-returns-value]


def run(folder: Path, clip: Path, model: LazyModel, **options: object) -> AnalysisOutcome:
    return analyze_into(folder, clip, model, **({"options": AnalysisOptions()} | options))  # type: ignore[arg-type]


def times_in(folder: Path) -> list[float]:
    return [reading.time_s for reading in read_readings_csv(folder / READINGS)]


def test_a_folder_holds_readings_summary_report_and_copy(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    outcome = run(tmp_path / "talk", clip, model, annotate=True)

    assert outcome.is_complete
    assert outcome.note == ""
    assert outcome.summary is not None
    assert outcome.summary.readings == FPS
    names = {path.name for path in (tmp_path / "talk").iterdir()}
    assert names == {READINGS, SUMMARY, REPORT, ANNOTATED, STATE}
    assert json.loads((tmp_path / "talk" / SUMMARY).read_text())["recording"]["name"] == "talk.mp4"
    assert "talk.mp4" in (tmp_path / "talk" / REPORT).read_text()


def test_a_finished_video_is_left_alone(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    run(tmp_path, clip, model)
    before = (tmp_path / READINGS).stat().st_mtime_ns

    outcome = run(tmp_path, clip, model)

    assert outcome.note == "already finished; use --overwrite to analyze it again"
    assert outcome.summary is None
    assert (tmp_path / READINGS).stat().st_mtime_ns == before
    assert run(tmp_path, clip, model, overwrite=True).summary is not None


def test_a_finished_video_needs_no_network(clip: Path, model: LazyModel, tiny_models: Path, tmp_path: Path) -> None:
    run(tmp_path, clip, model)
    unloaded = LazyModel(tiny_models, "xception")

    run(tmp_path, clip, unloaded)

    assert "vision" not in unloaded.__dict__


@pytest.mark.parametrize("annotate", [False, True])
def test_an_interrupted_video_is_gone_on_with(annotate: bool, clip: Path, model: LazyModel, tmp_path: Path) -> None:
    first = run(tmp_path / "a", clip, model, annotate=annotate, should_stop=stopping_after(6))
    with (tmp_path / "a" / READINGS).open("a") as file:
        file.write("0.4,1,what was written when the process was ki")
    notes: list[str] = []

    second = run(tmp_path / "a", clip, model, annotate=annotate, on_note=notes.append)

    assert (first.is_complete, second.is_complete) == (False, True)
    assert notes == ["goes on at 0.3 s"]
    run(tmp_path / "b", clip, model)
    assert times_in(tmp_path / "a") == times_in(tmp_path / "b")
    assert (tmp_path / "a" / ANNOTATED).exists() == annotate


def test_a_state_that_is_older_than_the_readings_counts(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    """A process can be killed between the two."""
    run(tmp_path, clip, model, should_stop=stopping_after(4))
    older = (tmp_path / STATE).read_text()
    run(tmp_path, clip, model, should_stop=stopping_after(4))
    (tmp_path / STATE).write_text(older)

    run(tmp_path, clip, model)

    assert times_in(tmp_path) == pytest.approx([number / FPS for number in range(FPS)], abs=1e-3)


def test_a_copy_that_was_complete_is_not_made_again(
    clip: Path, model: LazyModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(results, "write_results", killed)
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, clip, model, annotate=True)
    monkeypatch.undo()
    copied = (tmp_path / ANNOTATED).stat().st_mtime_ns

    outcome = run(tmp_path, clip, model, annotate=True)

    assert outcome.note == "goes on at 0.9 s"
    assert (tmp_path / ANNOTATED).stat().st_mtime_ns == copied
    assert len(times_in(tmp_path)) == FPS


def test_a_changed_video_starts_again(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    mine = tmp_path / "mine.mp4"
    mine.write_bytes(clip.read_bytes())
    run(tmp_path / "out", mine, model, should_stop=stopping_after(4))
    make_clip(mine, 0.6)

    outcome = run(tmp_path / "out", mine, model)

    assert outcome.note == "starts again: the video has changed"
    assert len(times_in(tmp_path / "out")) == 9


def test_other_options_start_again(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    run(tmp_path, clip, model, annotate=True)

    outcome = run(tmp_path, clip, model, options=AnalysisOptions(fps=5))

    assert outcome.note == "starts again: --fps has changed, no annotated copy was requested"
    assert len(times_in(tmp_path)) == 5
    assert not (tmp_path / ANNOTATED).exists()


def test_a_file_that_was_only_touched_is_the_same(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    mine = tmp_path / "mine.mp4"
    mine.write_bytes(clip.read_bytes())
    run(tmp_path / "out", mine, model)
    os.utime(mine, (1, 1))

    assert run(tmp_path / "out", mine, model).note.startswith("already finished")


def test_another_videos_results_are_not_overwritten(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    run(tmp_path / "out", clip, model)
    other = make_clip(tmp_path / "talk.mp4", 0.4)

    with pytest.raises(VideoError, match=r"contains the results of another video, .*talk\.mp4: choose another folder"):
        run(tmp_path / "out", other, model)

    assert len(times_in(tmp_path / "out")) == FPS


def test_files_of_somebody_else_are_not_overwritten(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    (tmp_path / REPORT).write_text("my own")

    with pytest.raises(VideoError, match=r"contains a report\.html that this program did not write"):
        run(tmp_path, clip, model)

    assert (tmp_path / REPORT).read_text() == "my own"


def test_lost_results_are_made_again(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    run(tmp_path, clip, model)
    (tmp_path / READINGS).unlink()

    outcome = run(tmp_path, clip, model)

    assert outcome.note == "starts again: files of the earlier run are missing"
    assert len(times_in(tmp_path)) == FPS


def test_trouble_is_in_the_summary_and_the_report(model: LazyModel, tmp_path: Path) -> None:
    whole = make_clip(tmp_path / "whole.mp4", 2, options={"movflags": "+faststart"})
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    outcome = run(tmp_path / "out", cut, model)

    assert outcome.summary is not None
    trouble = outcome.summary.recording.trouble
    assert trouble is not None
    assert trouble.startswith("The file ends at ")
    assert json.loads((tmp_path / "out" / SUMMARY).read_text())["recording"]["trouble"] == trouble
    assert "The file ends at " in (tmp_path / "out" / REPORT).read_text()


def test_what_is_no_video_leaves_no_folder(model: LazyModel, tmp_path: Path) -> None:
    (tmp_path / "text.mp4").write_text("no video")

    with pytest.raises(SourceError):
        run(tmp_path / "out", tmp_path / "text.mp4", model)

    assert not (tmp_path / "out").exists()


def test_two_processes_do_not_write_to_one_folder(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    with alone(tmp_path / "out"), pytest.raises(VideoError, match="another process is writing"):
        run(tmp_path / "out", clip, model)


def test_a_checkpoint_that_is_not_understood_is_none(clip: Path, model: LazyModel, tmp_path: Path) -> None:
    run(tmp_path, clip, model)
    text = (tmp_path / STATE).read_text()
    checkpoint = Checkpoint.from_json(text)
    assert checkpoint is not None
    assert checkpoint.to_json() + "\n" == text
    (tmp_path / STATE).write_text('{"key": 1}')

    assert Checkpoint.from_json('{"key": 1}') is None
    with pytest.raises(VideoError, match="this program did not write"):
        run(tmp_path, clip, model)


def test_everything_a_folder_may_hold_has_a_name() -> None:
    assert set(RESULTS) == {READINGS, SUMMARY, REPORT, ANNOTATED}
