"""A moving average of a model's weights, which generalizes better than the weights themselves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

Weights = list[NDArray[Any]]


class WeightAverage:
    """Polyak and Juditsky 1992 with exponential forgetting; batch statistics are averaged like weights."""

    def __init__(self, model: Any, decay: float) -> None:
        self.model = model
        self.decay = decay
        self.steps = 0
        self.weights: Weights = [np.array(value, dtype=np.float32) for value in model.get_weights()]

    def follow(self, step: int, every: int) -> None:
        """Take the present weights in if the run's step is at least so many beyond the average's."""
        if step - self.steps >= every:
            self.update(step - self.steps)

    def update(self, steps: int = 1) -> None:
        """Take the present weights in after so many steps; at first they are forgotten faster, so that none linger."""
        self.steps += steps
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps)) ** steps
        for mean, value in zip(self.weights, self.model.get_weights(), strict=True):
            np.add(mean, (1 - decay) * (np.asarray(value, dtype=np.float32) - mean), out=mean)

    @contextmanager
    def applied(self) -> Iterator[Any]:
        """The model with the averaged weights, for as long as the block lasts."""
        present = [np.array(value) for value in self.model.get_weights()]
        self.model.set_weights(self.weights)
        try:
            yield self.model
        finally:
            self.model.set_weights(present)
