"""Subsets of FER2013's seven expressions, as `0,3,4,5,6`: their pictures alone, with labels 0, 1, … in that order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.errors import DataError
from fer_web.study.training.dataset import FaceTable, Split

LEAST = 2


def parse_expressions(text: str) -> tuple[int, ...]:
    """Ids of `0,3,4` or names of `angry,happy,sad`, in the given order; DataError says what is wrong."""
    ids = tuple(_id(word.strip()) for word in text.split(","))
    if len(set(ids)) < len(ids):
        raise DataError(f"the expressions {text!r} name one of them twice")
    if len(ids) < LEAST:
        raise DataError(f"the expressions {text!r} are fewer than {LEAST}: there is nothing to tell apart")
    return ids


def _id(word: str) -> int:
    names = {emotion.value: emotion.position for emotion in Emotion}
    if word in names:
        return names[word]
    if word.isdigit() and int(word) < len(names):
        return int(word)
    known = ", ".join(f"{position} {name}" for name, position in names.items())
    raise DataError(f"{word!r} is no expression; there are {known}")


def mask(labels: NDArray[np.int64], expressions: Sequence[int]) -> NDArray[np.bool_]:
    """Which labels (n,) are among the expressions."""
    return np.isin(labels, list(expressions))


def relabeled(labels: NDArray[np.int64], expressions: Sequence[int]) -> NDArray[np.int64]:
    """Labels (n,), all among the expressions, as places in their order."""
    places = np.full(len(Emotion), -1, dtype=np.int64)
    places[list(expressions)] = np.arange(len(expressions))
    return places[labels]


def subset(table: FaceTable, expressions: Sequence[int]) -> FaceTable:
    """The rows with these expressions, relabeled; the table itself where they are all seven in FER2013's order."""
    if tuple(expressions) == tuple(range(len(Emotion))):
        return table
    keep = mask(table.rows.labels, expressions)
    rows: Split = table.rows.where(keep)
    return FaceTable(replace(rows, labels=relabeled(rows.labels, expressions)), table.usage[keep])
