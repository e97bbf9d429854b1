"""Movements of a face that go well beyond how it rests: smiles, an open mouth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Reading
from fer_web.reports.stretches import BRIDGE_S, MOST_STRETCHES, SHORTEST_S, Stretches, joined

# Rest is what a measure is at or under for a fifth of the time. In calm seconds it is the median.
REST_SHARE, CALM_SHARE = 0.2, 0.5
# Rest is known after this long; what came before is judged then.
LEARN_S = 10.0
LEVELS = 100


@dataclass(frozen=True, slots=True)
class MovementRule:
    """A movement begins when its measure `of` a reading, 0 to 1, is `begins` above rest, and ends under `ends` above
    it; rest is at most `highest_rest`. It is kept from `shortest_s` on; breaks of up to `bridge_s` belong to it.
    """

    of: Callable[[Reading], float | None]
    begins: float
    ends: float
    highest_rest: float = 1.0
    shortest_s: float = 0.2
    bridge_s: float = 0.1


SMILING, MOUTH_OPEN = "smiling", "mouth_open"
# Chosen on the labels of `bench behavior` (docs/gaze.md); raised brows are told too badly to be shown. A rest above a
# quarter would be a smile itself.
RULES = {
    SMILING: MovementRule(attrgetter("smile"), 0.4, 0.2, highest_rest=0.25, shortest_s=SHORTEST_S, bridge_s=BRIDGE_S),
    MOUTH_OPEN: MovementRule(attrgetter("jaw_open"), 0.15, 0.08),
}


class Movements:
    """One person's movements of one kind, found as their readings come; `calm_until_s` is when calm seconds end, if
    there are some."""

    def __init__(self, rule: MovementRule, calm_until_s: float | None = None, most: int = MOST_STRETCHES) -> None:
        self._rule = rule
        self._found: Stretches[bool] = Stretches(rule.shortest_s, most, rule.bridge_s)
        self._calm_until_s = calm_until_s
        self._levels, self._calm = _Levels(), _Levels()
        self._waiting: list[tuple[float, float, float | None]] = []
        self._is_learning = True
        self._is_on = False

    def add(self, readings: Sequence[Reading], ends_s: Sequence[float]) -> None:
        """Readings in their order, and until when each stands."""
        times = [(one.time_s, end_s, self._rule.of(one)) for one, end_s in zip(readings, ends_s, strict=True)]
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
        """The measure at rest, 0 to 1."""
        return min(
            self._rule.highest_rest, self._calm.at(CALM_SHARE) if self._calm.known_s else self._levels.at(REST_SHARE)
        )

    def _judge_waiting(self) -> None:
        self._is_learning = False
        rest, waiting, self._waiting = self.rest, self._waiting, []
        if not waiting:
            return
        starts_s, ends_s, values = zip(*waiting, strict=True)
        judged = [self._judge(value, rest) for value in values]
        for start_s, end_s, is_on in joined(starts_s, ends_s, judged):
            self._found.add(start_s, end_s, is_on)

    def _judge(self, value: float | None, rest: float) -> bool | None:
        if value is None:
            return None
        self._is_on = value >= rest + (self._rule.ends if self._is_on else self._rule.begins)
        return self._is_on


class _Levels:
    """How long a measure was at each level."""

    def __init__(self) -> None:
        self.known_s = 0.0
        self._seconds: NDArray[np.float64] = np.zeros(LEVELS)

    def add(self, times: Sequence[tuple[float, float, float | None]]) -> None:
        known = [(end_s - start_s, value) for start_s, end_s, value in times if value is not None]
        if known:
            seconds, values = np.array(known).T
            np.add.at(self._seconds, np.minimum(LEVELS - 1, (values * LEVELS).astype(np.int64)), seconds)
            self.known_s += float(seconds.sum())

    def at(self, share: float) -> float:
        """What the measure is at or under for that share of the known time."""
        if not self.known_s:
            return 0.0
        return min(int(np.searchsorted(self._seconds.cumsum(), share * self.known_s)), LEVELS - 1) / LEVELS
