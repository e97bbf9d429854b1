"""Sums of one person or of several, in words that have units."""

from __future__ import annotations

from dataclasses import dataclass

from fer_web.core import Emotion
from fer_web.reports.bins import Sums
from fer_web.reports.measures import NEGATIVE, POSITIVE, READ_SCORES, SHOWN, Column, balance_of

# A rate a minute takes a minute: in less, one blink or change would make it jump by several.
LEAST_FOR_RATE_S = 60.0
# Less is rounding.
LEAST_READ_S = 1e-6


@dataclass(frozen=True, slots=True)
class Light:
    """Of a face on average: how bright and how sharp, 0 to 1, and how many pixels wide."""

    brightness: float
    sharpness: float
    size_px: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of one person or of several, over all of their time or a part of it.

    Times in seconds: `seen_s` in the picture (of several people: person-seconds), of which `certain_s` with a certain
    answer, `mixed_s` between two expressions, `unreadable_s` with a face that nothing can be read in. Of people's
    behavior: `looked_s` at the camera of `gazed_s` in which that is known, `faced_s` of `posed_s`, `moved_s` with a
    moving head of the same, `shut_s` with eyes shut for longer than a blink of `judged_s`; `mouth_s` in which it is
    known how far the mouth smiles. `scores` is the mean of the seven over what could be read, None where that is
    nothing; `shares` is how much of the time seen each was shown, which with the mixed and the unreadable is all of it.
    None when nobody was seen.
    """

    seen_s: float = 0.0
    certain_s: float = 0.0
    mixed_s: float = 0.0
    unreadable_s: float = 0.0
    poor_s: float = 0.0
    turned_s: float = 0.0
    judged_s: float = 0.0
    shut_s: float = 0.0
    gazed_s: float = 0.0
    looked_s: float = 0.0
    posed_s: float = 0.0
    faced_s: float = 0.0
    mouth_s: float = 0.0
    moved_s: float = 0.0
    blinks: int = 0
    nods: int = 0
    shakes: int = 0
    light: Light | None = None
    scores: tuple[float, ...] | None = None
    shares: tuple[float, ...] | None = None

    @classmethod
    def of(cls, sums: Sums) -> Totals:
        """Of a row of sums (WIDTH,)."""
        at = {column: float(sums[column]) for column in Column}
        seen_s, measured_s = at[Column.SEEN], at[Column.MEASURED]
        read_s = seen_s - at[Column.UNREADABLE]
        means = (at[column] / measured_s for column in (Column.BRIGHTNESS, Column.SHARPNESS, Column.SIZE))
        return cls(
            seen_s=seen_s,
            certain_s=at[Column.CERTAIN],
            mixed_s=at[Column.MIXED],
            unreadable_s=at[Column.UNREADABLE],
            poor_s=at[Column.POOR],
            turned_s=at[Column.TURNED],
            judged_s=at[Column.JUDGED],
            shut_s=at[Column.SHUT],
            gazed_s=at[Column.GAZED],
            looked_s=at[Column.LOOKED],
            posed_s=at[Column.POSED],
            faced_s=at[Column.FACED],
            mouth_s=at[Column.MOUTH],
            moved_s=at[Column.MOVED],
            blinks=round(at[Column.BLINKS]),
            nods=round(at[Column.NODS]),
            shakes=round(at[Column.SHAKES]),
            light=Light(*means) if measured_s > 0 else None,
            scores=tuple((sums[READ_SCORES] / read_s).tolist()) if read_s > LEAST_READ_S else None,
            shares=tuple((sums[SHOWN] / seen_s).tolist()) if seen_s > 0 else None,
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
    def looked_share(self) -> float | None:
        """Of the time in which it is known where the person looked."""
        return _share(self.looked_s, self.gazed_s)

    @property
    def faced_share(self) -> float | None:
        return _share(self.faced_s, self.posed_s)

    @property
    def moved_share(self) -> float | None:
        return _share(self.moved_s, self.posed_s)

    @property
    def mixed_share(self) -> float | None:
        return _share(self.mixed_s, self.seen_s)

    @property
    def unreadable_share(self) -> float | None:
        return _share(self.unreadable_s, self.seen_s)

    @property
    def certain_share(self) -> float | None:
        return _share(self.certain_s, self.seen_s)

    @property
    def uncertain_share(self) -> float | None:
        """Of the time seen, what could be read with an uncertain answer."""
        return _share(max(0.0, self.seen_s - self.unreadable_s - self.certain_s), self.seen_s)

    @property
    def poor_share(self) -> float | None:
        return _share(self.poor_s, self.seen_s)

    @property
    def turned_share(self) -> float | None:
        return _share(self.turned_s, self.seen_s)

    @property
    def ranking(self) -> tuple[tuple[Emotion, float], ...]:
        """Expressions that were shown for a while, the longest first."""
        pairs = zip(Emotion, self.shares or (), strict=self.shares is not None) if self.shares else ()
        return tuple(sorted(((emotion, share) for emotion, share in pairs if share > 0), key=lambda pair: -pair[1]))


def _share(part_s: float, whole_s: float) -> float | None:
    return part_s / whole_s if whole_s > 0 else None
