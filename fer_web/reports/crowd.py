"""Several people together, without telling who: how many, and whether they leave looking happier than they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fer_web.reports.bins import Bins
from fer_web.reports.measures import Column, balance_of
from fer_web.reports.timeline import smoothed

if TYPE_CHECKING:
    from fer_web.reports.person import PersonSummary

# People come and go, so their mean jumps: smoothed over this long on either side.
SMOOTH_S = 5.0
# A change of the balance that is smaller than this is called none.
STEADY = 0.1


@dataclass(frozen=True, slots=True)
class GroupSummary:
    """`at_once` is the mean number of people in each bin, `balance` their mean balance, over SMOOTH_S on either
    side, None where nobody was seen. `compared` people were seen long enough to compare their entry
    with their exit."""

    bin_s: float
    at_once: tuple[float, ...]
    balance: tuple[float | None, ...]
    mean_at_once: float
    most_at_once: int
    compared: int
    happier: int
    steady: int
    unhappier: int
    mean_entry: float | None
    mean_exit: float | None

    @property
    def mean_change(self) -> float | None:
        """Exit minus entry, the mean over people."""
        return None if self.mean_entry is None or self.mean_exit is None else self.mean_exit - self.mean_entry

    @classmethod
    def of(cls, people: Sequence[PersonSummary], everybody: Bins, most_at_once: int, duration_s: float) -> GroupSummary:
        rows, width_s = everybody.rows, everybody.width_s
        lengths_s = np.clip(duration_s - width_s * np.arange(len(rows)), 1e-9, width_s)
        pairs = [(one.entry, one.exit) for one in people if one.entry is not None and one.exit is not None]
        changes = [leaving - entry for entry, leaving in pairs]
        return cls(
            width_s,
            tuple((rows[:, Column.SEEN] / lengths_s).tolist()),
            tuple(None if row is None else balance_of(row) for row in smoothed(everybody, SMOOTH_S)),
            float(rows[:, Column.SEEN].sum()) / duration_s if duration_s else 0.0,
            most_at_once,
            len(pairs),
            sum(change >= STEADY for change in changes),
            sum(-STEADY < change < STEADY for change in changes),
            sum(change <= -STEADY for change in changes),
            sum(entry for entry, _ in pairs) / len(pairs) if pairs else None,
            sum(leaving for _, leaving in pairs) / len(pairs) if pairs else None,
        )
