"""The models of the repository are what their cards say."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.registry.card import EXPRESSION
from fer_web.registry.catalog import list_models, load_model, verify_model

MODELS = Path(__file__).resolve().parents[2] / "models"
NAMES = sorted(path.stem for path in MODELS.glob("*.keras"))
EXPRESSION_NAMES = [card.name for card in list_models(MODELS, EXPRESSION)]


def test_the_served_model_is_here() -> None:
    assert "xception" in NAMES


@pytest.mark.parametrize("name", EXPRESSION_NAMES)
def test_a_models_hash_matches_its_card(name: str) -> None:
    card = verify_model(MODELS, name)
    model, _ = load_model(MODELS, name)

    assert model.count_params() == card.parameters
    assert set(card.data["dropped"]) == {"PublicTest", "PrivateTest"}


@pytest.mark.parametrize("name", NAMES)
def test_every_model_has_a_card_for_people(name: str) -> None:
    text = (MODELS.parent / "docs" / "models" / f"{name}.md").read_text(encoding="utf-8")

    for heading in ("Intended use", "Out of scope", "Training data", "Metrics", "Limits"):
        assert f"## {heading}" in text
