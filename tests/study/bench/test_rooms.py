"""The figures of `bench rooms` are what they say."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Face, Frame, FrameResult, Rect
from fer_web.study.bench.rooms import ClipTally, PhotoTally


def test_found_faces_count_up_to_those_that_are_there() -> None:
    tally = PhotoTally()
    tally.add(visible=3, found=2)
    tally.add(visible=1, found=2)
    tally.add(visible=0, found=1)

    assert tally.line() == "3 of 4 (75.0 %) | 2"


def seen(index: int, *faces: Face) -> FrameResult:
    return FrameResult(Frame(index, index / 10, np.zeros((9, 9, 3), np.uint8)), faces)


def face(track: int, emotion: int, *, uncertain: bool = False) -> Face:
    scores = np.eye(7, dtype=np.float32)[emotion]
    return Face(Rect(0, 0, 9, 9), 1.0, track, scores=scores, uncertain=uncertain)


def test_a_clip_is_counted_by_person() -> None:
    tally = ClipTally(people=2)
    for index in range(61):
        first = face(1, 3 if index < 30 else 4, uncertain=index % 2 == 1)
        tally.add(seen(index, first, face(2, 0)) if index else seen(index, first))

    # Person 1 is seen for 6 s, half of the time uncertain, and changes once; person 2 for 5.9 s.
    assert tally.complete == pytest.approx(60 / 61)
    assert tally.line() == f"2 | 2 | {6000 / 61:.1f} % | {9100 / 121:.0f} % | {60 / 11.9:.0f}"
