"""A model's card as the page shows it: whatever of it is there, in words and whole percents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fer_web.core import Emotion
from fer_web.registry import ModelCard

Fact = tuple[str, str]

PARTS = {
    "PrivateTest": "FER2013 PrivateTest, the official test part",
    "PublicTest": "FER2013 PublicTest, on which the weights were chosen",
}
MEASURES = {
    "accuracy": "Accuracy",
    "accuracy_without_duplicates": "Accuracy without pictures that are also in Training",
    "ferplus_majority_accuracy": "Accuracy against the majority of ten annotators (FER+)",
    "majority_class_accuracy": "Always answering the most frequent expression",
    "macro_f1": "Macro F1",
}
DATA = {
    "training": "Trained on",
    "weights_chosen_by": "Weights chosen by",
    "votes": "Annotators' votes",
    "teachers": "Teachers",
}


@dataclass(frozen=True, slots=True)
class Confusion:
    """Of 100 faces that people gave a label, how many got each answer: `rows` of label and shares, each 0 to 100."""

    rows: tuple[tuple[str, tuple[int, ...]], ...]
    names: tuple[str, ...] = tuple(emotion.value for emotion in Emotion)


@dataclass(frozen=True, slots=True)
class Part:
    """What was measured on one part of a data set."""

    title: str
    facts: tuple[Fact, ...]
    recalls: tuple[Fact, ...] = ()
    confusion: Confusion | None = None


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A card for people."""

    name: str
    version: str
    facts: tuple[Fact, ...]
    parts: tuple[Part, ...] = ()
    notes: str = ""
    license: str = ""
    sha256: str = field(default="", repr=False)

    @classmethod
    def of(cls, card: ModelCard) -> ModelFacts:
        """The facts that a card holds; entries that are missing or of another form are left out."""
        return cls(
            card.name, card.version, tuple(_facts(card)), tuple(_parts(card)), card.notes, card.license, card.sha256
        )


def _facts(card: ModelCard) -> Iterator[Fact]:
    shape = f"{card.input.width} x {card.input.height} pixels, {card.input.color}"
    networks = " and ".join(card.parts) or card.network
    yield ("Networks" if card.parts else "Network"), f"{networks}, {card.parameters:,} parameters"
    yield "Sees", f"one face, {shape}"
    yield "Calls an answer uncertain", f"under a probability of {card.uncertain_below:.2f}"
    for name, title in DATA.items():
        value = card.data.get(name)
        if isinstance(value, str) and value and value != "none":
            yield title, value


def _parts(card: ModelCard) -> Iterator[Part]:
    known = [name for name in PARTS if name in card.metrics]
    for name in [*known, *(name for name in card.metrics if name not in PARTS)]:
        found = card.metrics[name]
        if isinstance(found, Mapping):
            yield Part(PARTS.get(name, name), tuple(_measures(found)), tuple(_recalls(found)), _confusion(found))


def _measures(found: Mapping[str, Any]) -> Iterator[Fact]:
    for name, title in MEASURES.items():
        text = _share(found.get(name))
        if text:
            yield title, text
    after = found.get("calibration_after")
    if isinstance(after, Mapping) and _is_number(after.get("ece")):
        yield "Calibration error", f"{100 * after['ece']:.1f} %"
    withheld = found.get("uncertain")
    if isinstance(withheld, Mapping) and all(
        _is_number(withheld.get(key)) for key in ("share_answered", "accuracy_of_answered")
    ):
        answered, right = 100 * withheld["share_answered"], 100 * withheld["accuracy_of_answered"]
        yield "Without its uncertain answers", f"{answered:.0f} % answered, {right:.1f} % of them right"


def _recalls(found: Mapping[str, Any]) -> Iterator[Fact]:
    recalls = found.get("recall")
    if isinstance(recalls, Mapping):
        for emotion in Emotion:
            text = _share(recalls.get(emotion.value))
            if text:
                yield emotion.value, text


def _share(value: Any) -> str:
    """A share as percent, with its 95 % interval and count where they are known."""
    if _is_number(value):
        return f"{100 * value:.1f} %"
    if not isinstance(value, Mapping) or not _is_number(value.get("value")):
        return ""
    text = f"{100 * value['value']:.1f} %"
    details = []
    if _is_number(value.get("low")) and _is_number(value.get("high")):
        details.append(f"95 %: {100 * value['low']:.1f} to {100 * value['high']:.1f}")
    if _is_number(value.get("count")):
        if not value["count"]:
            return ""
        details.append(f"{value['count']:,.0f} pictures")
    return f"{text} ({'; '.join(details)})" if details else text


def _confusion(found: Mapping[str, Any]) -> Confusion | None:
    matrix: Any = found.get("confusion")
    if not _is_matrix(matrix):
        return None
    rows = []
    for emotion, counts in zip(Emotion, matrix, strict=True):
        total = sum(counts) or 1
        rows.append((emotion.value, tuple(round(100 * count / total) for count in counts)))
    return Confusion(tuple(rows))


def _is_matrix(matrix: Any) -> bool:
    size = len(Emotion)
    return (
        isinstance(matrix, Sequence)
        and len(matrix) == size
        and all(isinstance(row, Sequence) and len(row) == size and all(map(_is_number, row)) for row in matrix)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
