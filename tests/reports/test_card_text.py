"""What a report says about the model."""

from __future__ import annotations

from pathlib import Path

from fer_web.registry import ModelCard
from fer_web.reports import CardText

MODELS = Path(__file__).resolve().parents[2] / "models"


def card(**metrics: object) -> ModelCard:
    return ModelCard("small", "7", "tiny", "00", 10, uncertain_below=0.5, license="free", metrics=metrics)


def test_the_accuracy_comes_with_its_split_and_interval() -> None:
    share = {"value": 0.6935, "low": 0.678, "high": 0.7083, "count": 3589}

    text = CardText.of(card(PublicTest={"accuracy": {"value": 0.9}}, PrivateTest={"accuracy": share}))

    assert (text.name, text.version, text.uncertain_below, text.license) == ("small", "7", 0.5, "free")
    assert text.accuracy == ("69.3 % accurate on the FER2013 test set (3,589 pictures; 95 % interval 67.8 to 70.8 %)")


def test_what_was_not_measured_is_left_out() -> None:
    assert CardText.of(card()).accuracy == ""
    assert CardText.of(card(PrivateTest={"accuracy": "good"})).accuracy == ""
    assert CardText.of(card(PublicTest={"accuracy": {"value": 0.5}})).accuracy == (
        "50.0 % accurate on FER2013's PublicTest, on which its weights were chosen"
    )


def test_the_published_card_has_an_accuracy() -> None:
    assert "FER2013 test set" in CardText.of(ModelCard.read(MODELS / "xception.json")).accuracy
