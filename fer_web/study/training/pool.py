"""Published networks pooled into one model: a card that names them, calibrated on PublicTest as they are together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from fer_web.errors import DataError
from fer_web.registry.card import EXPRESSION, ModelCard
from fer_web.registry.catalog import pooled_model, verify_lite, verify_model
from fer_web.registry.pool import POOLED, digest_of
from fer_web.study.training.calibrate import PublicAnswers, write_calibrated
from fer_web.study.training.dataset import LearningData


def pool(models: Path, name: str, parts: Sequence[str], data: LearningData) -> PublicAnswers:
    """Writes `<name>.json` beside the cards of its parts; returns it with its answers to PublicTest.

    DataError for less than two parts, parts that want different crops, or a name that is a network's;
    ModelError when a part is missing or damaged.
    """
    if len(set(parts)) < max(len(parts), 2):
        raise DataError("a pool needs two networks or more, each of them once")
    if Path(name).name != name or (models / f"{name}.keras").exists():
        raise DataError(f"{name} is no name for a pool, or is that of a network in {models}: choose another")
    cards = [verify_model(models, part) for part in parts]
    _check(cards)
    card = _card(models, name, cards)
    return write_calibrated(models, pooled_model(models, card), card, data)


def _check(cards: Sequence[ModelCard]) -> None:
    for card in cards:
        if card.parts or card.task != EXPRESSION:
            raise DataError(f"{card.name} is no expression network: only those can be pooled")
        if card.input != cards[0].input:
            raise DataError(f"{card.name} expects different face crops than {cards[0].name}")


def _card(models: Path, name: str, cards: Sequence[ModelCard]) -> ModelCard:
    digest = digest_of([card.sha256 for card in cards])
    return ModelCard(
        name=name,
        version=f"{date.today().isoformat()}-{digest[:8]}",
        network=POOLED,
        sha256=digest,
        tflite_sha256=digest_of([verify_lite(models, card.name).tflite_sha256 for card in cards]),
        parameters=sum(card.parameters for card in cards),
        input=cards[0].input,
        parts={card.name: card.temperature for card in cards},
        license=cards[0].license,
        data={
            "training": cards[0].data.get("training", ""),
            "dropped": cards[0].data.get("dropped", {}),
            "weights_chosen_by": "PublicTest",
            "parts": {card.name: card.version for card in cards},
        },
        notes=cards[0].notes,
    )
