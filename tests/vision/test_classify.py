"""One call for all faces, and the same numbers in training and in serving."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Face, Frame, Rect
from fer_web.registry import load_model
from fer_web.vision.classify import Classifier, Classify

FRAME = Frame(0, 0.0, np.zeros((8, 8, 3), np.uint8))
RECT = Rect(0, 0, 8, 8)
CHIPS = np.random.default_rng(0).integers(0, 255, (6, 48, 48), np.uint8)


@pytest.fixture(scope="module")
def classifier(tiny_models) -> Classifier:
    return Classifier.load_lite(tiny_models, "xception")


def test_probabilities_are_the_softmax_of_the_logits_over_the_temperature(tiny_models, classifier: Classifier) -> None:
    model, card = load_model(tiny_models, "xception")

    powers = np.exp(np.asarray(model(card.input.prepare(CHIPS), training=False)) / 0.5)
    expected = powers / powers.sum(axis=1, keepdims=True)

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
