"""What is added up of readings, and what follows from the sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from fer_web.core import Emotion, Reading
from fer_web.reports.bins import Sums

# Columns of sums. All but BLINKS are seconds, or scores times seconds.
SEEN, CERTAIN, POOR, TURNED, JUDGED, SHUT, BLINKS = range(7)
SCORES = slice(7, 14)
DOMINANT = slice(14, 21)
WIDTH = 21

POSITIVE = (Emotion.HAPPY,)
NEGATIVE = (Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD)
# The sign of each score in the balance.
SIGNS = tuple(1.0 if emotion in POSITIVE else -1.0 if emotion in NEGATIVE else 0.0 for emotion in Emotion)
# Rates of less time than this would jump by several units with one blink or change.
LEAST_FOR_RATE_S = 10.0
# Eyes that are shut for less blink: PERCLOS is of slow closures (Dinges and Grace 1998), and blinks take 0.1 to 0.4 s.
LEAST_SHUT_S = 0.5


def rates_of(readings: Sequence[Reading], ends_s: Sequence[float]) -> Sums:
    """What each reading adds to the sums for every second that it stands for, until its end, (n, WIDTH)."""
    rates = np.zeros((len(readings), WIDTH))
    scores = np.array([one.scores for one in readings])
    certain = np.array([not one.uncertain for one in readings], dtype=np.float64)
    rates[:, SEEN] = 1
    rates[:, CERTAIN] = certain
    rates[:, POOR] = [bool(one.poor) for one in readings]
    rates[:, TURNED] = [one.is_turned for one in readings]
    rates[:, JUDGED] = [one.eyes_open is not None for one in readings]
    rates[:, SHUT] = _stays_shut(readings, ends_s)
    rates[:, SCORES] = scores * certain[:, None]
    rates[np.arange(len(readings)), DOMINANT.start + scores.argmax(axis=1)] = certain
    return rates


def _stays_shut(readings: Sequence[Reading], ends_s: Sequence[float]) -> list[bool]:
    """For each of one person's readings, whether it belongs to a spell of shut eyes that is no blink."""
    stays = [False] * len(readings)
    first: int | None = None
    for place, (one, end_s) in enumerate(zip(readings, ends_s, strict=True)):
        is_joined = first is not None and one.time_s <= ends_s[place - 1]
        first = (first if is_joined else place) if one.eyes_open is False else None
        if first is not None and end_s - readings[first].time_s >= LEAST_SHUT_S - 1e-6:
            stays[first : place + 1] = [True] * (place + 1 - first)
    return stays


def balance_of(scores: tuple[float, ...]) -> float:
    """Happy minus angry, disgust, fear and sad together: -1 to 1. Surprise and neutral count as neither."""
    return sum(sign * score for sign, score in zip(SIGNS, scores, strict=True))


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of one person or of several, over all of their time or a part of it.

    Times in seconds: `seen_s` in the picture, `certain_s` of it with a certain answer, `poor_s` too small, dark or
    blurred, `turned_s` turned away, `judged_s` with eyes that could be judged, `shut_s` of that with eyes shut
    for longer than a blink. `scores` is the mean of the seven over the certain time, `shares` how much of it each was
    the most probable; None when there was none.
    """

    seen_s: float = 0.0
    certain_s: float = 0.0
    poor_s: float = 0.0
    turned_s: float = 0.0
    judged_s: float = 0.0
    shut_s: float = 0.0
    blinks: int = 0
    scores: tuple[float, ...] | None = None
    shares: tuple[float, ...] | None = None

    @classmethod
    def of(cls, sums: Sums) -> Totals:
        """Of a row of sums (WIDTH,)."""
        certain_s = float(sums[CERTAIN])
        has_any = certain_s > 0
        return cls(
            float(sums[SEEN]),
            certain_s,
            float(sums[POOR]),
            float(sums[TURNED]),
            float(sums[JUDGED]),
            float(sums[SHUT]),
            round(float(sums[BLINKS])),
            tuple((sums[SCORES] / certain_s).tolist()) if has_any else None,
            tuple((sums[DOMINANT] / certain_s).tolist()) if has_any else None,
        )

    @property
    def balance(self) -> float | None:
        """Positive minus negative expressions, -1 to 1."""
        return None if self.scores is None else balance_of(self.scores)

    @property
    def positive(self) -> float | None:
        return None if self.scores is None else sum(self.scores[emotion.position] for emotion in POSITIVE)

    @property
    def negative(self) -> float | None:
        return None if self.scores is None else sum(self.scores[emotion.position] for emotion in NEGATIVE)

    @property
    def blinks_per_min(self) -> float | None:
        """Over the time in which the eyes could be judged."""
        return 60 * self.blinks / self.judged_s if self.judged_s >= LEAST_FOR_RATE_S else None

    @property
    def perclos(self) -> float | None:
        """The share of the judged time with eyes shut, without blinks."""
        return self.shut_s / self.judged_s if self.judged_s >= LEAST_FOR_RATE_S else None

    @property
    def uncertain_share(self) -> float | None:
        return 1 - self.certain_s / self.seen_s if self.seen_s else None

    @property
    def poor_share(self) -> float | None:
        return self.poor_s / self.seen_s if self.seen_s else None

    @property
    def turned_share(self) -> float | None:
        return self.turned_s / self.seen_s if self.seen_s else None

    @property
    def ranking(self) -> tuple[tuple[Emotion, float], ...]:
        """Expressions that were the most probable one for a while, the longest first."""
        pairs = zip(Emotion, self.shares or (), strict=self.shares is not None) if self.shares else ()
        return tuple(sorted(((emotion, share) for emotion, share in pairs if share > 0), key=lambda pair: -pair[1]))
