"""What a network is asked for: the label, FER+'s votes, and what its teachers answered.

All three travel as columns of one array, so that any Keras backend can train on them:
7 label probabilities, 8 vote shares (all zero where nobody voted), 7 teacher probabilities.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.study.networks import LABELS, VOTES
from fer_web.study.training.dataset import VOTE_NAMES, Split

Targets = NDArray[np.float32]


@dataclass(frozen=True)
class Loss:
    """The weights of the parts of the loss; `l2` is a penalty on kernels, as the original program had.

    `teacher` moves weight from the label to the teachers, whose logits are divided by `temperature`
    (Hinton et al. 2015, "Distilling the Knowledge in a Neural Network").
    """

    label_smoothing: float = 0.0
    votes: float = 0.0
    teacher: float = 0.0
    temperature: float = 1.0
    class_weights: bool = False
    l2: float = 0.0


def vote_shares(votes: NDArray[np.float32]) -> Targets:
    """FER+ votes (n, 10) as shares (n, 8) of the eight emotions; zeros for pictures nobody gave an emotion."""
    emotions = votes[:, : VOTE_NAMES.index("unknown")]
    total = emotions.sum(axis=1, keepdims=True)
    return np.where(total > 0, emotions / total.clip(min=1), 0).astype(np.float32)


def class_weights(labels: NDArray[np.int64], classes: int = LABELS) -> NDArray[np.float32]:
    """A weight per class that gives every class the same total; their mean over the rows is 1."""
    counts = np.bincount(labels, minlength=classes).clip(min=1)
    return (len(labels) / (classes * counts)).astype(np.float32)


def softmax(logits: NDArray[np.floating[Any]], temperature: float = 1.0) -> NDArray[np.float32]:
    """Probabilities (n, k) of logits (n, k)."""
    scaled = logits.astype(np.float64) / temperature
    powers = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    shares: NDArray[np.float32] = (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def build_targets(
    split: Split, loss: Loss, teacher_logits: NDArray[np.floating[Any]] | None = None, classes: int = LABELS
) -> Targets:
    """The columns (n, 2 * classes + 8) for a split whose labels are below `classes`; logits are (n, classes).

    Class weights scale a row's label part, and with it how much the row counts.
    """
    labels = np.eye(classes, dtype=np.float32)[split.labels]
    labels = labels * (1 - loss.label_smoothing) + loss.label_smoothing / classes
    if loss.class_weights:
        labels = labels * class_weights(split.labels, classes)[split.labels, np.newaxis]
    teacher = np.zeros((len(split), classes), dtype=np.float32)
    if teacher_logits is not None:
        teacher = softmax(teacher_logits, loss.temperature)
    return np.concatenate([labels, vote_shares(split.votes), teacher], axis=1)


def taught(loss: Loss, targets: Targets, logits: NDArray[np.floating[Any]]) -> Targets:
    """The same columns (n, 22) with other answers of the teachers, given as logits (n, 7)."""
    return np.concatenate([targets[:, : LABELS + VOTES], softmax(logits, loss.temperature)], axis=1)


def loss_function(loss: Loss, classes: int = LABELS) -> Callable[[Any, Any], Any]:
    """The loss of (targets, logits) in the backend's tensors; columns beyond those described here are left alone.

    Logits are (n, classes), then 8 with the votes' head; targets are (n, 2 * classes + 8).
    """
    from keras import ops

    def cross_entropy(shares: Any, logits: Any) -> Any:
        return -ops.sum(shares * ops.log_softmax(logits, axis=-1), axis=-1)

    def total(targets: Any, logits: Any) -> Any:
        logits = ops.cast(logits, "float32")
        labels, votes = targets[:, :classes], targets[:, classes : classes + VOTES]
        teacher = targets[:, classes + VOTES : 2 * classes + VOTES]
        emotion = logits[:, :classes]
        value = (1.0 - loss.teacher) * cross_entropy(labels, emotion)
        if loss.teacher:
            soft = cross_entropy(teacher, emotion / loss.temperature)
            value = value + loss.teacher * loss.temperature**2 * soft
        if loss.votes:
            value = value + loss.votes * cross_entropy(votes, logits[:, classes : classes + VOTES])
        return value

    return total
