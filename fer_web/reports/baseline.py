"""How a person's face looks to the model at rest: what their scores are compared with."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from fer_web.core import Emotion, Reading

# Calm: for this long none of the seven scores moves by more than this between its lowest and its highest value.
CALM_S = 5.0
CALM_RANGE = 0.25
# Of calm seconds that were agreed on, this much is enough.
LEAST_CALM_S = 1.0
# Smiles and raised brows are no rest. The other expressions may be: many a resting face looks sad or angry to a model.
NOT_AT_REST = (Emotion.HAPPY, Emotion.SURPRISE)
_NONE = np.zeros(len(Emotion))


@dataclass(frozen=True, slots=True)
class Baseline:
    """The mean of the seven scores over a person's first calm seconds, or over those that a marker calls so."""

    start_s: float
    end_s: float
    scores: tuple[float, ...]


class BaselineSearch:
    """Looks for the first calm seconds: certain answers, good quality, facing the camera, at rest, no gap, and scores
    that hardly move. A reading that breaks them begins anew, with itself when it is fit.

    Where `calm`, from and to, was agreed on, it is the mean of all that could be read then, of a second or more.
    """

    def __init__(self, calm: tuple[float, float] | None = None) -> None:
        self.found: Baseline | None = None
        self._calm = calm
        self._calm_s, self._calm_sum = 0.0, _NONE
        self._start_s = self._end_s = -math.inf
        self._low = self._high = self._sum = _NONE

    def add(self, start_s: float, end_s: float, reading: Reading) -> None:
        """A stretch of time that a reading stands for."""
        if self.found is not None:
            return
        if self._calm is not None and start_s < self._calm[1]:
            if start_s >= self._calm[0] and not reading.is_unreadable:
                self._calm_s += end_s - start_s
                self._calm_sum = self._calm_sum + np.asarray(reading.scores) * (end_s - start_s)
            return
        if self._calm is not None and self._calm_s >= LEAST_CALM_S:
            self.found = Baseline(*self._calm, tuple((self._calm_sum / self._calm_s).tolist()))
            return
        if not _is_fit(reading):
            self._end_s = -math.inf
            return
        scores = np.asarray(reading.scores)
        low, high = np.minimum(self._low, scores), np.maximum(self._high, scores)
        if start_s > self._end_s or (high - low).max() > CALM_RANGE:
            low, high = scores, scores
            self._start_s, self._sum = start_s, _NONE
        self._low, self._high, self._end_s = low, high, end_s
        self._sum = self._sum + scores * (end_s - start_s)
        if end_s - self._start_s >= CALM_S:
            mean = self._sum / (end_s - self._start_s)
            self.found = Baseline(self._start_s, end_s, tuple(mean.tolist()))


def _is_fit(reading: Reading) -> bool:
    return not (reading.uncertain or reading.poor or reading.is_turned or reading.dominant_emotion in NOT_AT_REST)
