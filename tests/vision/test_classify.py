"""One call for all faces, and the same numbers in training and in serving."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Face, Frame, Rect
from fer_web.registry import load_model
from fer_web.vision.classify import Classifier, Classify, softmax
from fer_web.vision.judge import Judge
from fer_web.vision.smooth import TIME_CONSTANT_S, Smooth

FRAME = Frame(0, 0.0, np.zeros((8, 8, 3), np.uint8))
RECT = Rect(0, 0, 8, 8)
CHIPS = np.random.default_rng(0).integers(0, 255, (6, 48, 48), np.uint8)


@pytest.fixture(scope="module")
def classifier(tiny_models) -> Classifier:
    return Classifier.load_lite(tiny_models, "xception")


def scores(probability: float) -> np.ndarray:
    rest = (1 - probability) / 6
    return np.array([probability] + [rest] * 6, np.float32)


def test_probabilities_are_the_softmax_of_the_logits_over_the_temperature(tiny_models, classifier: Classifier) -> None:
    model, card = load_model(tiny_models, "xception")

    expected = softmax(np.asarray(model(card.input.prepare(CHIPS), training=False)) / 0.5)

    assert card.temperature == 0.5
    np.testing.assert_allclose(classifier.scores(CHIPS), expected, atol=1e-5)
    np.testing.assert_allclose(classifier.scores(CHIPS).sum(axis=1), 1, atol=1e-5)


def test_faces_of_a_frame_are_scored_in_one_call(classifier: Classifier, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    original = classifier.explained
    monkeypatch.setattr(classifier, "explained", lambda chips: calls.append(len(chips)) or original(chips))
    faces = (Face(RECT, 1.0, chip=CHIPS[0]), Face(RECT, 1.0), Face(RECT, 1.0, chip=CHIPS[1]))

    first, chipless, last = Classify(classifier)(FRAME, faces)

    assert calls == [2]
    assert chipless.scores is None
    np.testing.assert_allclose(first.scores, original(CHIPS[:1])[0][0], atol=1e-5)
    np.testing.assert_allclose(last.scores, original(CHIPS[1:2])[0][0], atol=1e-5)


def test_a_face_and_its_mirror_image_get_the_same_mirrored_scores(classifier: Classifier) -> None:
    step = Classify(classifier, mirrored=True)
    faces = (Face(RECT, 1.0, chip=CHIPS[0]), Face(RECT, 1.0, chip=CHIPS[0][:, ::-1]))

    one, other = step(FRAME, faces)

    np.testing.assert_allclose(one.scores, other.scores, atol=1e-5)
    both = classifier.scores(np.stack([CHIPS[0], CHIPS[0][:, ::-1]]))
    np.testing.assert_allclose(one.scores, both.mean(axis=0), atol=1e-5)


def test_softmax_of_large_logits_is_finite() -> None:
    np.testing.assert_allclose(softmax(np.array([[1000.0, 1000.0]], np.float32)), [[0.5, 0.5]])


def test_scores_follow_a_change_within_three_time_constants() -> None:
    smooth = Smooth()
    times = np.arange(0, 3 * TIME_CONSTANT_S + 1e-9, TIME_CONSTANT_S / 6)

    def shown(time_s: float, value: float) -> float:
        (face,) = smooth(Frame(0, time_s, FRAME.pixels), (Face(RECT, 1.0, track_id=1, scores=scores(value)),))
        return float(face.scores[0])

    assert shown(-1, 0.1) == pytest.approx(0.1)
    values = [shown(float(time_s), 0.9) for time_s in times]

    assert values == sorted(values)
    assert values[-1] > 0.85


def test_a_heatmap_belongs_to_the_answer_that_is_shown() -> None:
    smooth = Smooth()
    seen = {0.9: np.zeros((6, 6), np.float32), 0.1: np.ones((6, 6), np.float32)}  # of the first answer, and another

    def shown(time_s: float, value: float) -> Face:
        face = Face(RECT, 1.0, track_id=1, scores=scores(value), heatmap=seen[value])
        return smooth(Frame(0, time_s, FRAME.pixels), (face,))[0]

    assert shown(0.0, 0.9).heatmap is seen[0.9]
    changing = shown(TIME_CONSTANT_S / 10, 0.1)
    assert changing.scores.argmax() == 0
    assert changing.heatmap is seen[0.9]
    changed = shown(1.0, 0.1)
    assert changed.scores.argmax() != 0
    assert changed.heatmap is seen[0.1]


def test_people_are_smoothed_apart_and_still_faces_not_at_all() -> None:
    smooth = Smooth()
    smooth(FRAME, (Face(RECT, 1.0, track_id=1, scores=scores(0.1)),))
    later = Frame(1, 0.01, FRAME.pixels)

    newcomer, still = smooth(
        later, (Face(RECT, 1.0, track_id=2, scores=scores(0.9)), Face(RECT, 1.0, scores=scores(0.8)))
    )

    assert newcomer.scores[0] == pytest.approx(0.9)
    assert still.scores[0] == pytest.approx(0.8)


def test_an_answer_under_the_cards_threshold_is_uncertain() -> None:
    faces = (Face(RECT, 1.0, scores=scores(0.39)), Face(RECT, 1.0, scores=scores(0.41)), Face(RECT, 1.0))

    marks = [face.uncertain for face in Judge(0.4)(FRAME, faces)]

    assert marks == [True, False, True]
