"""The agreement of found with annotated blinks, and what is wanted of it on recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.errors import DataError
from fer_web.study.bench.blink_truth import Agreement, agreement, read_clips, read_signals
from fer_web.study.bench.blinks import f1_of, follow, follow_demo
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

    with pytest.raises(DataError, match=r"blinks\.csv lacks the columns blinks_min, blinks_max"):
        read_clips(tmp_path)
    with pytest.raises(DataError, match="cannot be read"):
        read_clips(tmp_path / "nowhere")


def test_every_blink_of_the_demo_is_counted() -> None:
    demo = follow_demo("demo:?fps=15", 14.5)

    assert demo.clip.least >= 5
    assert demo.is_right()


@pytest.mark.media
@pytest.mark.parametrize("name", SIGNALS)
def test_annotated_signals_are_matched(media: Path, name: str) -> None:
    (signal,) = (signal for signal in read_signals(media / "blink_signals") if signal.name == name)

    assert f1_of(signal, RULES) >= 0.85
    assert f1_of(signal, RULES, stride=2) >= 0.85


@pytest.mark.media
def test_blinks_of_clips_are_counted_as_by_hand(media: Path) -> None:
    clips = [follow(clip) for clip in read_clips(media / "videos")]

    assert len(clips) == 7
    assert sum(clip.is_right() for clip in clips) >= 5
