"""LiteRT and TensorFlow answer the same about the same faces."""

from __future__ import annotations

from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from fer_web.errors import ModelError
from fer_web.registry import KEYPOINTS, ModelCard
from fer_web.resources import MODELS
from fer_web.vision.classify import Classifier
from fer_web.vision.runtimes import load_lite

CHIPS = np.random.default_rng(3).integers(0, 255, (5, 48, 48), np.uint8)


def test_both_runtimes_give_the_same_scores_and_maps() -> None:
    lite, keras = Classifier.load_lite(MODELS, "xception"), Classifier.load_keras(MODELS, "xception")

    scores, maps = lite.explained(CHIPS)
    expected, expected_maps = keras.explained(CHIPS)

    np.testing.assert_allclose(scores, expected, atol=2e-5)
    assert maps is not None
    assert expected_maps is not None
    np.testing.assert_allclose(maps, expected_maps, atol=1e-3)


def test_many_threads_may_ask_at_once() -> None:
    classifier = Classifier.load_lite(MODELS, "xception-small")
    expected = classifier.scores(CHIPS)
    answers: list[np.ndarray] = []

    threads = [Thread(target=lambda: answers.append(classifier.scores(CHIPS))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 8
    for answer in answers:
        np.testing.assert_array_equal(answer, expected)


def test_a_model_that_was_not_exported_says_how_to(tmp_path: Path) -> None:
    ModelCard("mine", "1", "tiny", "", 0).write(tmp_path / "mine.json")

    with pytest.raises(ModelError, match="fer-web export mine"):
        load_lite(tmp_path, "mine")


def test_a_model_for_another_task_is_refused() -> None:
    with pytest.raises(ModelError, match="keypoints is a model for keypoints, but one for expression is needed"):
        load_lite(MODELS, "keypoints")
    assert load_lite(MODELS, "keypoints", KEYPOINTS)[1].name == "keypoints"


@pytest.mark.parametrize("name", ["none", "../xception"])
def test_an_unknown_model_is_refused_with_those_that_there_are(name: str) -> None:
    with pytest.raises(ModelError, match=r"available: .*xception"):
        load_lite(MODELS, name)
