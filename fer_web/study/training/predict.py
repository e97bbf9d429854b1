"""Asking networks about pictures, in parts that fit into memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.registry.spec import InputSpec
from fer_web.study.training.augment import resized

Columns = NDArray[np.float32]
AT_ONCE = 256  # pictures in one call


def predict(
    model: Any,
    pictures: NDArray[np.uint8],
    size: int,
    side: NDArray[np.float32] | None = None,
    tell: Callable[[int], object] | None = None,
) -> Columns:
    """What a network answers (n, …) for pictures (n, h, w) uint8, brought to its size, and side inputs (n, values)
    where it gets such; `tell` is told how many more are done."""
    spec, parts = InputSpec(width=size, height=size), []
    for start in range(0, len(pictures), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        images = spec.prepare(resized(pictures[some], size))
        parts.append(np.asarray(model.predict_on_batch(images if side is None else [images, side[some]])))
        if tell:
            tell(len(images))
    return np.concatenate(parts).astype(np.float32)


def accuracy(logits: Columns, labels: NDArray[np.int64]) -> float:
    """The share of rows whose highest logit is their label's."""
    return float(np.mean(logits.argmax(axis=1) == labels))
