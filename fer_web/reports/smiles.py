"""Smiles: when the corners of somebody's mouth go well above where they rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fer_web.reports.stretches import Stretches

# A smile begins this far above rest and ends under that: chosen on `bench behavior`'s labels, where clear smiles have
# 0.69 on average, slight ones 0.53, and none 0.06 (docs/gaze.md).
BEGINS, ENDS = 0.4, 0.2
# Rest is what the mouth is at or under for a fifth of the time, and never a smile itself.
REST_SHARE, HIGHEST_REST = 0.2, 0.25
# Rest is known after this long; what came before is judged then. Of a recording that begins with calm seconds, they
# are the rest.
LEARN_S = 10.0
LEVELS = 100


class Smiles:
    """One person's smiles, found as their readings come; `rest_until_s` is when calm seconds end, if there are some."""

    def __init__(self, rest_until_s: float | None = None) -> None:
        self.found: Stretches[bool] = Stretches()
        self._rest_until_s = rest_until_s
        self._levels: NDArray[np.float64] = np.zeros(LEVELS)
        self._waiting: list[tuple[float, float, float | None]] = []
        self._known_s = 0.0
        self._calm_rest: float | None = None
        self._is_learning = True
        self._smiles = False

    def add(self, start_s: float, end_s: float, smile: float | None) -> None:
        """A time in which the mouth smiled so far, 0 to 1; None where that is not known."""
        if self._is_learning and self._knows_enough(start_s):
            self._judge_waiting()
        if smile is not None:
            self._levels[min(LEVELS - 1, int(smile * LEVELS))] += end_s - start_s
            self._known_s += end_s - start_s
        if self._is_learning:
            self._waiting.append((start_s, end_s, smile))
        else:
            self._judge(start_s, end_s, smile)

    def finish(self) -> Stretches[bool]:
        """All of them; no reading comes any more."""
        self._judge_waiting()
        self.found.finish()
        return self.found

    @property
    def rest(self) -> float:
        """Where the mouth rests, 0 to 1."""
        if self._calm_rest is not None:
            return self._calm_rest
        return min(HIGHEST_REST, self._level(REST_SHARE))

    def _level(self, share: float) -> float:
        """What the mouth is at or under for that share of the known time."""
        place = int(np.searchsorted(self._levels.cumsum(), share * self._known_s)) if self._known_s else 0
        return min(place, LEVELS - 1) / LEVELS

    def _knows_enough(self, start_s: float) -> bool:
        if self._rest_until_s is not None and self._known_s:
            return start_s >= self._rest_until_s
        return self._known_s >= LEARN_S

    def _judge_waiting(self) -> None:
        if self._is_learning and self._rest_until_s is not None and self._known_s:
            self._calm_rest = min(HIGHEST_REST, self._level(0.5))
        self._is_learning = False
        waiting, self._waiting = self._waiting, []
        for one in waiting:
            self._judge(*one)

    def _judge(self, start_s: float, end_s: float, smile: float | None) -> None:
        if smile is not None:
            self._smiles = smile >= self.rest + (ENDS if self._smiles else BEGINS)
        self.found.add(start_s, end_s, None if smile is None else self._smiles)
