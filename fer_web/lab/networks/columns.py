"""What a network row is asked for, as columns of one array, so that any Keras backend can train on them.

Probabilities of its classes, FER+'s vote shares (8, all zero where nobody voted), the teacher's probabilities of its
classes, and 136 coordinates of landmarks as shares of the side, 0 in the middle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.lab.networks.blocks import POINTS
from fer_web.lab.networks.recipe import Recipe
from fer_web.registry.networks import VOTES
from fer_web.training.dataset import Split
from fer_web.training.targets import softmax, vote_shares

Targets = NDArray[np.float32]


def targets_of(split: Split, recipe: Recipe, teacher: NDArray[np.float32] | None) -> Targets:
    """The columns (n, 2 * classes + 8) that do not depend on how a picture was moved; `teacher` is (n, 7) logits."""
    classes, smoothing = len(recipe.expressions), recipe.loss.label_smoothing
    labels = np.eye(classes, dtype=np.float32)[split.labels] * (1 - smoothing) + smoothing / classes
    taught = np.zeros_like(labels)
    if teacher is not None:
        taught = softmax(teacher[:, list(recipe.expressions)], recipe.loss.temperature)
    return np.concatenate([labels, vote_shares(split.votes), taught], axis=1).astype(np.float32)


def loss_of(recipe: Recipe) -> Callable[[Any, Any], Any]:
    """The loss of (targets, columns) in the backend's tensors."""
    from keras import ops

    classes, parts = len(recipe.expressions), recipe.loss

    def cross_entropy(shares: Any, logits: Any) -> Any:
        return -ops.sum(shares * ops.log_softmax(logits, axis=-1), axis=-1)

    def total(targets: Any, columns: Any) -> Any:
        labels, votes = targets[:, :classes], targets[:, classes : classes + VOTES]
        taught = targets[:, classes + VOTES : 2 * classes + VOTES]
        emotion = columns[:, :classes]
        value = (1.0 - parts.teacher) * cross_entropy(labels, emotion)
        if parts.teacher:
            soft = cross_entropy(taught, emotion / parts.temperature)
            value = value + parts.teacher * parts.temperature**2 * soft
        if parts.votes:
            value = value + parts.votes * cross_entropy(votes, columns[:, classes : classes + VOTES])
        if recipe.landmarks:
            error = ops.sum(ops.square(targets[:, -POINTS:] - columns[:, -POINTS:]), axis=-1)
            value = value + recipe.landmarks * error
        return value

    return total
