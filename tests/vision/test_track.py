"""People keep their ids while they move, turn away for a moment, leave and return, and pass each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pytest

from fer_web.core import Frame, Pixels
from fer_web.registry import InputSpec
from fer_web.vision.detect import HogDetector
from fer_web.vision.follow import DetectWhenDue, Follow
from fer_web.vision.landmarks import load_predictor
from fer_web.vision.matching import best_pairs
from fer_web.vision.memory import PerTrack
from fer_web.vision.track import Tracker
from tests.vision.scenes import FACE_PX, FPS, scene


class Watch:
    """A tracker with its two steps, and how often the detector ran."""

    def __init__(self) -> None:
        self.tracker = Tracker(HogDetector(), load_predictor(), InputSpec(), 640 * 480)
        self.detect = DetectWhenDue(self.tracker)
        self.follow = Follow(self.tracker, self.detect)
        self.detections = 0

    def ids(self, picture: Pixels, index: int) -> list[int | None]:
        """The tracks in a picture, from left to right."""
        frame = Frame(index, index / FPS, picture)
        faces = self.follow(frame, self.detect(frame, ()))
        self.detections += self.detect.detections is not None
        return [face.track_id for face in sorted(faces, key=lambda face: face.region.left)]

    def over(self, pictures: Iterable[Pixels]) -> list[list[int | None]]:
        return [self.ids(picture, index) for index, picture in enumerate(pictures)]


def test_a_moving_face_keeps_its_id_and_the_detector_rests(person: Pixels) -> None:
    watch = Watch()

    ids = watch.over(scene((person, 20 + 3 * step, 60)) for step in range(90))

    assert ids == [[1]] * 90
    assert watch.detections <= 11


def test_the_followed_landmarks_stay_on_the_face(person: Pixels) -> None:
    watch = Watch()
    lefts = [20 + 4 * step for step in range(60)]
    watch.over(scene((person, left, 60)) for left in lefts)

    (face,) = watch.tracker.faces()
    fresh = Watch()
    fresh.ids(scene((person, lefts[-1], 60)), 0)
    (expected,) = fresh.tracker.faces()

    distance = np.abs(face.landmarks - expected.landmarks).mean()
    assert distance < 0.03 * FACE_PX


def test_a_face_that_is_hidden_for_a_moment_returns_under_its_id(person: Pixels) -> None:
    shown = scene((person, 200, 60))

    ids = Watch().over([shown] * 15 + [scene()] * 20 + [shown] * 10)

    assert ids[14] == [1]
    assert ids[25] == []
    assert ids[-1] == [1]


def test_somebody_else_in_the_same_place_gets_an_id_of_their_own(person: Pixels, other_person: Pixels) -> None:
    ids = Watch().over([scene((person, 200, 60))] * 15 + [scene()] * 10 + [scene((other_person, 200, 60))] * 10)

    assert ids[14] == [1]
    assert ids[-1] == [2]


def test_an_id_is_not_given_again_after_a_long_absence(person: Pixels) -> None:
    shown = scene((person, 200, 60))

    ids = Watch().over([shown] * 5 + [scene()] * (5 * FPS) + [shown] * 10)

    assert ids[-1] == [2]


def test_two_people_who_pass_each_other_keep_their_ids(person: Pixels, other_person: Pixels) -> None:
    def passing(step: int) -> Pixels:
        return scene((other_person, 340 - 4 * step, 60), (person, 4 * step, 60))

    ids = Watch().over(passing(step) for step in range(86))

    assert ids[5] == [1, 2] or ids[5] == [2, 1]
    assert ids[-1] == ids[5][::-1]
    assert {track for frame in ids for track in frame} == {1, 2}


def test_a_picture_of_another_size_starts_afresh(person: Pixels) -> None:
    watch = Watch()
    watch.ids(scene((person, 200, 60)), 0)

    ids = watch.ids(np.ascontiguousarray(scene((person, 200, 60))[:, :600]), 1)

    assert ids in ([], [2])


def test_what_is_remembered_of_people_is_bounded(person: Pixels) -> None:
    values = PerTrack(list, keep_s=2.0)
    for track in range(1000):
        values.get(track, time_s=float(track))

    assert len(values) <= 4


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (lambda row, column: 1.0 if row == column else 0.0, [(0, 0), (1, 1)]),
        (lambda row, column: [[0.9, 0.8], [0.8, 0.1]][row][column], [(0, 1), (1, 0)]),
        (lambda *_: 0.0, []),
    ],
)
def test_pairs_are_chosen_for_the_largest_sum(
    score: Callable[[int, int], float], expected: list[tuple[int, int]]
) -> None:
    assert best_pairs([0, 1], [0, 1], score) == expected
