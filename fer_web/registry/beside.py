"""Our rows for the table of published figures in docs/results.md, from the cards that `evaluate --record` filled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from fer_web.registry.card import ModelCard

MEASURED = "PrivateTest"
HEAD = ("Result", "Accuracy, %", "Of", "Chosen by", "Views, networks", "Learned from", "Source")
# Views whose mean is the answer, and where the card has the accuracy that they give.
VIEWS = (("one view", "accuracy"), ("two views: the picture and its mirror image", "accuracy_with_mirror_image"))


def own_rows(cards: Iterable[ModelCard]) -> Iterator[tuple[str, ...]]:
    """A row for each measured card and each number of views, in the order of `HEAD`; the best last, as above them."""
    known = {card.name: card for card in cards}
    measured = [card for card in known.values() if MEASURED in card.metrics]
    for card in sorted(measured, key=lambda card: float(card.metrics[MEASURED]["accuracy"]["value"])):
        for views, key in VIEWS:
            share = card.metrics[MEASURED][key]
            yield (
                f"`{card.name}`",
                f"{100 * share['value']:.2f} ({100 * share['low']:.1f} to {100 * share['high']:.1f})",
                MEASURED,
                str(card.data["weights_chosen_by"]),
                views + (f"; {len(card.parts)} networks" if card.parts else ""),
                _learned_from(card, known),
                f"[card](../models/{card.name}.json)",
            )


def _learned_from(card: ModelCard, known: Mapping[str, ModelCard]) -> str:
    """The pictures, and FER+'s votes where the network or one of its parts used them."""
    networks = [known[name] for name in card.parts] or [card]
    votes = any("votes" in network.data for network in networks)
    return str(card.data["training"]) + ("; FER+'s votes on them" if votes else "")
