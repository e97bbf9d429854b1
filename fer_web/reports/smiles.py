"""Smiles: when the corners of somebody's mouth go well above where they rest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from fer_web.reports.stretches import Stretches, joined

# A smile begins this far above rest and ends under that: chosen on `bench behavior`'s labels, where clear smiles have
# 0.69 on average, slight ones 0.53, and none 0.06 (docs/gaze.md).
BEGINS, ENDS = 0.4, 0.2
# Rest is what the mouth is at or under for a fifth of the time, and never a smile itself. In calm seconds it is the
# median.
REST_SHARE, CALM_SHARE, HIGHEST_REST = 0.2, 0.5, 0.25
# Rest is known after this long; what came before is judged then.
LEARN_S = 10.0
LEVELS = 100


class Smiles:
    """One person's smiles, found as their readings come; `calm_until_s` is when calm seconds end, if there are some."""

    def __init__(self, calm_until_s: float | None = None) -> None:
        self._found: Stretches[bool] = Stretches()
        self._calm_until_s = calm_until_s
        self._levels, self._calm = _Levels(), _Levels()
        self._waiting: list[tuple[float, float, float | None]] = []
        self._is_learning = True
        self._smiles = False

    def add(self, starts_s: Sequence[float], ends_s: Sequence[float], smiles: Sequence[float | None]) -> None:
        """Times in which the mouth smiled so far, 0 to 1; None where that is not known."""
        times = list(zip(starts_s, ends_s, smiles, strict=True))
        self._levels.add(times)
        if self._calm_until_s is not None:
            self._calm.add([one for one in times if one[0] < self._calm_until_s])
        self._waiting += times
        if not self._is_learning or self._levels.known_s >= LEARN_S:
            self._judge_waiting()

    def finish(self) -> Stretches[bool]:
        """All of them; no reading comes any more."""
        self._judge_waiting()
        self._found.finish()
        return self._found

    @property
    def rest(self) -> float:
        """Where the mouth rests, 0 to 1."""
        return min(HIGHEST_REST, self._calm.at(CALM_SHARE) if self._calm.known_s else self._levels.at(REST_SHARE))

    def _judge_waiting(self) -> None:
        self._is_learning = False
        rest, waiting, self._waiting = self.rest, self._waiting, []
        if not waiting:
            return
        starts_s, ends_s, smiles = zip(*waiting, strict=True)
        judged = [self._judge(smile, rest) for smile in smiles]
        for start_s, end_s, is_smile in joined(starts_s, ends_s, judged):
            self._found.add(start_s, end_s, is_smile)

    def _judge(self, smile: float | None, rest: float) -> bool | None:
        if smile is None:
            return None
        self._smiles = smile >= rest + (ENDS if self._smiles else BEGINS)
        return self._smiles


class _Levels:
    """How long the mouth was at each level."""

    def __init__(self) -> None:
        self.known_s = 0.0
        self._seconds: NDArray[np.float64] = np.zeros(LEVELS)

    def add(self, times: Sequence[tuple[float, float, float | None]]) -> None:
        known = [(end_s - start_s, smile) for start_s, end_s, smile in times if smile is not None]
        if known:
            seconds, smiles = np.array(known).T
            np.add.at(self._seconds, np.minimum(LEVELS - 1, (smiles * LEVELS).astype(np.int64)), seconds)
            self.known_s += float(seconds.sum())

    def at(self, share: float) -> float:
        """What the mouth is at or under for that share of the known time."""
        if not self.known_s:
            return 0.0
        return min(int(np.searchsorted(self._seconds.cumsum(), share * self.known_s)), LEVELS - 1) / LEVELS
