"""An audit's pictures in a CSV file: a line for each picture and model."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fer_web.core import Emotion
from fer_web.core.text import harmless_cell
from fer_web.reports.audit.answers import AuditedImage, ModelAnswer
from fer_web.reports.audit.audit import Audit
from fer_web.reports.words import DECIMALS

ANSWER = (
    "model",
    "dominant_emotion",
    "correct",
    *(emotion.value for emotion in Emotion),
    "uncertain",
    "uncertain_because",
)


def write_audit_csv(path: Path, audit: Audit) -> None:
    """Write it; the columns of the user's groups stand behind `group_`, what is unknown is empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", "expression", *(f"group_{name}" for name in audit.columns), "faces", "error", *ANSWER))
        writer.writerows([harmless_cell(cell) for cell in row] for row in _rows(audit))


def _rows(audit: Audit) -> Iterator[tuple[Any, ...]]:
    for one in audit.images:
        groups = (one.image.groups.get(column, "") for column in audit.columns)
        known = (one.image.name, one.image.emotion.value, *groups, "" if one.trouble else one.faces, one.trouble)
        yield from ((*known, model, *_answer(one, one.answers.get(model))) for model in audit.models)


def _answer(one: AuditedImage, answer: ModelAnswer | None) -> tuple[Any, ...]:
    if answer is None:
        return ("",) * (len(ANSWER) - 1)
    scores = (round(float(score), DECIMALS) for score in answer.scores)
    is_correct = answer.emotion is one.image.emotion
    because = answer.uncertain_because or ""
    return (answer.emotion.value, _truth(is_correct), *scores, _truth(answer.uncertain), because)


def _truth(value: bool) -> str:
    return str(value).lower()
