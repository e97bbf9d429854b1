"""What a report says about the model that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fer_web.registry import ModelCard

# The official test part comes first; PublicTest chose the weights.
SPLITS = {
    "PrivateTest": "the FER2013 test set",
    "PublicTest": "FER2013's PublicTest, on which its weights were chosen",
}


@dataclass(frozen=True, slots=True)
class CardText:
    """The model's name and version, how often it is right and on what that was measured, and its license.

    `accuracy` is empty when it was not measured, `uncertain_below` the probability under which an answer is withheld.
    """

    name: str
    version: str
    accuracy: str = ""
    uncertain_below: float = 0.0
    license: str = ""

    @classmethod
    def of(cls, card: ModelCard) -> CardText:
        """The text that a card's entries give; missing ones are left out."""
        return cls(card.name, card.version, _accuracy(card.metrics), card.uncertain_below, card.license)


def _accuracy(metrics: Mapping[str, Any]) -> str:
    for split, title in SPLITS.items():
        found = metrics.get(split)
        share = found.get("accuracy") if isinstance(found, Mapping) else None
        if isinstance(share, Mapping) and "value" in share:
            return f"{100 * share['value']:.1f} % accurate on {title}{_details(share)}"
    return ""


def _details(share: Mapping[str, Any]) -> str:
    if not {"count", "low", "high"} <= set(share):
        return ""
    low, high = 100 * share["low"], 100 * share["high"]
    return f" ({share['count']:,} pictures; 95 % interval {low:.1f} to {high:.1f} %)"
