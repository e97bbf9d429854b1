"""The models of the repository are what their cards say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_web.registry.card import EXPRESSION, KEYPOINTS
from fer_web.registry.catalog import list_models, load_model, verify_lite, verify_model
from fer_web.settings import Settings
from fer_web.vision.runtimes import load_keras, load_lite

MODELS = Path(__file__).resolve().parents[2] / "models"
NAMES = [card.name for card in list_models(MODELS)]
EXPRESSION_NAMES = [card.name for card in list_models(MODELS, EXPRESSION)]


def test_the_served_model_is_here() -> None:
    assert Settings().model in NAMES


@pytest.mark.parametrize("name", EXPRESSION_NAMES)
def test_a_models_hash_matches_its_card(name: str) -> None:
    card = verify_model(MODELS, name)
    model, _ = load_model(MODELS, name)

    assert model.count_params() == card.parameters
    assert set(card.data["dropped"]) == {"PublicTest", "PrivateTest"}


@pytest.mark.parametrize("folder", [MODELS, MODELS / "lab"])
def test_both_runtimes_files_are_what_the_cards_say_and_answer_alike(folder: Path) -> None:
    for card in list_models(folder):
        verify_lite(folder, card.name, None)
        lite, _ = load_lite(folder, card.name, card.task)
        whole, _ = load_keras(folder, card.name, card.task)
        shape = (2, card.input.height, card.input.width, 1)
        faces = np.random.default_rng(1).uniform(card.input.low, card.input.high, shape).astype(np.float32)

        for found, expected in zip(lite(faces), whole(faces), strict=True):
            np.testing.assert_allclose(
                found, expected, atol=1e-3 if card.task == KEYPOINTS else 1e-4, err_msg=card.name
            )


@pytest.mark.parametrize("name", NAMES)
def test_every_model_has_a_card_for_people(name: str) -> None:
    text = (MODELS.parent / "docs" / "models" / f"{name}.md").read_text(encoding="utf-8")

    for heading in ("Intended use", "Out of scope", "Training data", "Metrics", "Limits"):
        assert f"## {heading}" in text
