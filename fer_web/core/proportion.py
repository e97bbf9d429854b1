"""Numbers with their 95 % intervals: shares of cases, and what else is measured on a sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

Z_95 = 1.959964  # two-sided 95 % of a normal distribution


@dataclass(frozen=True)
class Estimate:
    """A number measured on `count` cases, with its 95 % interval."""

    value: float
    low: float
    high: float
    count: int

    def is_above(self, other: Estimate) -> bool:
        """Whether it is higher, and the intervals part."""
        return self.low > other.high


@dataclass(frozen=True)
class Proportion(Estimate):
    """A share of `count` cases with its 95 % interval (Wilson 1927)."""


def wilson(hits: int, count: int) -> Proportion:
    """The interval of a share that also holds near 0 and 1 and for few cases."""
    if count == 0:
        return Proportion(0.0, 0.0, 1.0, 0)
    share, z2 = hits / count, Z_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return Proportion(share, middle - half, middle + half, count)
