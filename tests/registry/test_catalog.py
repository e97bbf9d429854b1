"""Models load only when they are what their card says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fer_web.core.keypoints import NAMES
from fer_web.errors import ModelError
from fer_web.registry import ModelCard, list_models, load_model, verify_model


@pytest.fixture
def models(tiny_models: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(tiny_models, tmp_path / "models"))


def rewrite(models: Path, **changes: object) -> None:
    path = models / "xception.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


def test_a_model_that_matches_its_card_loads(models: Path) -> None:
    model, card = load_model(models, "xception")

    assert model.output_shape == (None, 7)
    assert card == verify_model(models, "xception")
    assert [card.name for card in list_models(models)] == ["xception"]


def test_a_changed_file_is_not_even_opened(models: Path) -> None:
    (models / "xception.keras").write_bytes(b"not what it was")

    with pytest.raises(ModelError, match="changed or damaged"):
        load_model(models, "xception")


@pytest.mark.parametrize("name", ["absent", "../models/xception"])
def test_a_missing_model_names_those_that_exist(models: Path, name: str) -> None:
    with pytest.raises(ModelError, match="available: xception"):
        load_model(models, name)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"labels": ["happy", "sad"]}, "says happy, sad, but this program expects angry"),
        ({"input": {"width": 48, "height": 48, "color": "rgb"}}, "only 'gray'"),
        ({"input": {"depth": 3}}, "unsupported input"),
        ({"surprise": 1}, "unknown entries"),
        ({"input": {"width": 64, "height": 64}}, "its card says"),
        ({"priors": [0.5, 0.5]}, "needs 7 positive shares"),
        ({"prior_exponent": 0.5}, "needs 7 positive shares"),
        ({"task": "age"}, "known tasks are expression, keypoints"),
        ({"task": "keypoints", "labels": list(NAMES)}, "one for expression is needed"),
    ],
)
def test_a_card_about_something_else_is_refused(models: Path, changes: dict[str, object], message: str) -> None:
    rewrite(models, **changes)

    with pytest.raises(ModelError, match=message):
        load_model(models, "xception")


def test_models_are_listed_by_what_they_are_for(models: Path) -> None:
    rewrite(models, task="keypoints", labels=list(NAMES))

    assert list_models(models, "expression") == []
    assert [card.output_shape for card in list_models(models, "keypoints")] == [(15, 2)]
    assert [card.name for card in list_models(models)] == ["xception"]


def test_a_model_without_a_card_is_refused(models: Path) -> None:
    (models / "xception.json").unlink()

    with pytest.raises(ModelError, match="needs a card"):
        load_model(models, "xception")


def test_a_card_survives_writing_and_reading(tmp_path: Path) -> None:
    card = ModelCard("a", "1", "b", "c", 5, temperature=1.5, metrics={"accuracy": 0.7})
    card.write(tmp_path / "a.json")

    assert ModelCard.read(tmp_path / "a.json") == card


def test_probabilities_are_divided_by_the_priors_to_their_power() -> None:
    """Equal logits become as probable as 1 / prior ^ 0.5: 1 for a quarter, 2 for a sixteenth, against 1 / 0.25 ..."""
    priors = (0.25, 0.0625, 0.25, 0.0625, 0.25, 0.0625, 0.0625)
    card = ModelCard("a", "1", "b", "c", 5, temperature=2.0, priors=priors, prior_exponent=0.5)

    found = card.probabilities(np.zeros((1, 7), np.float32))[0]

    assert found == pytest.approx(np.array([2, 4, 2, 4, 2, 4, 4]) / 22)
    hot = card.probabilities(np.array([[1000.0, 1000.0, 0, 0, 0, 0, 0]]))[0]
    assert hot[:2] == pytest.approx([1 / 3, 2 / 3])
