"""What a network row is asked for, as columns of one array, so that any Keras backend can train on them.

Probabilities of its classes, FER+'s vote shares (8, all zero where nobody voted), the teacher's probabilities of its
classes, and 136 coordinates of landmarks as shares of the side, 0 in the middle.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.networks import POINTS
from fer_web.study.training.dataset import Split
from fer_web.study.training.targets import Targets, build_targets, loss_function


def targets_of(split: Split, config: LabConfig, teacher: NDArray[np.float32] | None) -> Targets:
    """The columns (n, 2 * classes + 8) that do not depend on how a picture was moved; `teacher` is (n, 7) logits."""
    taught = None if teacher is None else teacher[:, list(config.expressions)]
    return build_targets(split, config.loss, taught, len(config.expressions))


def loss_of(config: LabConfig) -> Callable[[Any, Any], Any]:
    """The loss of (targets, columns) in the backend's tensors."""
    from keras import ops

    expressions = loss_function(config.loss, len(config.expressions))
    if not config.landmarks:
        return expressions

    def total(targets: Any, columns: Any) -> Any:
        error = ops.sum(ops.square(targets[:, -POINTS:] - columns[:, -POINTS:]), axis=-1)
        return expressions(targets, columns) + config.landmarks * error

    return total
