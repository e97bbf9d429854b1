"""The network is asked when its answer can have changed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fer_web.core import Face, Frame, Rect
from fer_web.registry import ModelCard
from fer_web.vision.classify import Classifier
from fer_web.vision.classify_due import CLASSIFY_EVERY_S, ClassifyWhenDue


class Counting:
    """A network that answers how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.classifier = Classifier(self.run, ModelCard("counting", "1", "none", "", 0))

    def run(self, faces: np.ndarray) -> list[np.ndarray]:
        self.asked += len(faces)
        return [np.eye(7, dtype=np.float32)[[self.asked % 7] * len(faces)] * 9]


def frame(time_s: float) -> Frame:
    return Frame(0, time_s, np.zeros((9, 9, 3), np.uint8))


def face(track: int | None = 1, shade: int = 0) -> Face:
    return Face(Rect(0, 0, 9, 9), 1.0, track, chip=np.full((48, 48), shade, np.uint8))


def test_a_new_chip_is_asked_about_when_it_is_time_and_scores_are_kept_in_between() -> None:
    network = Counting()
    step = ClassifyWhenDue(network.classifier)

    (first,) = step(frame(0.0), (face(),))
    (soon,) = step(frame(CLASSIFY_EVERY_S / 2), (face(shade=1),))
    (later,) = step(frame(CLASSIFY_EVERY_S), (face(shade=2),))

    assert network.asked == 2
    assert soon.scores is first.scores
    assert later.scores is not first.scores


def test_the_same_chip_is_not_asked_about_again() -> None:
    network = Counting()
    step = ClassifyWhenDue(network.classifier)
    held = face()

    for index in range(10):
        (answered,) = step(frame(float(index)), (held,))
        assert answered.scores is not None

    assert network.asked == 1


def test_each_person_has_their_own_turn() -> None:
    network = Counting()
    step = ClassifyWhenDue(network.classifier)

    step(frame(0.0), (face(1),))
    faces = step(frame(0.01), (face(1, 1), face(2, 1)))

    assert network.asked == 2
    assert all(each.scores is not None for each in faces)


def test_a_face_without_a_chip_or_a_track_stays_as_it_is() -> None:
    network = Counting()
    bare = replace(face(), chip=None)

    assert ClassifyWhenDue(network.classifier)(frame(0.0), (bare, face(None)))[0] is bare
    assert network.asked == 0


def test_a_stream_that_begins_anew_is_asked_about_at_once() -> None:
    network = Counting()
    step = ClassifyWhenDue(network.classifier)
    step(frame(100.0), (face(),))

    step(frame(0.0), (face(shade=1),))

    assert network.asked == 2
