"""Audited pictures made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

import numpy as np

from fer_web.core import Emotion
from fer_web.reports import CardText
from fer_web.reports.audit import Audit, AuditedImage, AuditSubject, LabeledImage, ModelAnswer

HAPPY, SAD, FEAR = Emotion.HAPPY, Emotion.SAD, Emotion.FEAR
CARD = CardText("one", "1", "70.0 % accurate on the FER2013 test set", 0.5, "research only")
OTHER = CardText("two", "2")


def answer(emotion: Emotion, confidence: float = 0.7, *, uncertain: bool = False) -> ModelAnswer:
    """An answer of that confidence; the other six share the rest."""
    scores = np.full(7, (1 - confidence) / 6, np.float32)
    scores[emotion.position] = confidence
    return ModelAnswer(scores, uncertain, "undecided" if uncertain else None)


def image(label: Emotion, groups: dict[str, str] | None = None, name: str = "a.jpg") -> LabeledImage:
    return LabeledImage(Path(name), name, label, groups or {})


def faced(label: Emotion, said: Emotion, times: int = 1, group: str = "", **more: object) -> list[AuditedImage]:
    """Pictures with a face, of a group in the column `age`, of which model `one` says something."""
    given = image(label, {"age": group} if group else None)
    return [AuditedImage(given, 1, {"one": answer(said, **more)}) for _ in range(times)]  # type: ignore[arg-type]


def faceless(label: Emotion, times: int = 1, group: str = "") -> list[AuditedImage]:
    return [AuditedImage(image(label, {"age": group} if group else None)) for _ in range(times)]


def audit_of(
    images: Sequence[AuditedImage], cards: tuple[CardText, ...] = (CARD,), columns: Sequence[str] = ("age",)
) -> Audit:
    at = datetime(2027, 1, 2, 3, 4, tzinfo=timezone.utc)
    return Audit.of(AuditSubject("mine", cards, "modern (mesh)", at, ("2 pictures are left out.",)), images, columns)
