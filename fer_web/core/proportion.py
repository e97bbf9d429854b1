"""Numbers with their 95 % intervals: shares of cases, and what else is measured on a sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

Z_95 = 1.959964  # two-sided 95 % of a normal distribution
# The same of Student's t with 2 to 30 degrees of freedom; with more, its expansion is as exact as these.
T_95 = (
    *(4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120),
    *(2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)


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


def wilson(hits: float, count: int) -> Proportion:
    """The interval of a share that also holds near 0 and 1 and for few cases.

    Cases may be hit in part: of all cases between 0 and 1 with one mean, whole hits and misses scatter most.
    """
    if count == 0:
        return Proportion(0.0, 0.0, 1.0, 0)
    share, z2 = hits / count, Z_95**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = Z_95 / (1 + z2 / count) * math.sqrt(share * (1 - share) / count + z2 / (4 * count**2))
    return Proportion(share, middle - half, middle + half, count)


def mean_of(values: Sequence[float]) -> Estimate:
    """The mean of three values or more with its interval (Student 1908)."""
    count = len(values)
    mean = sum(values) / count
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / (count - 1))
    half = _t_95(count - 1) * deviation / math.sqrt(count)
    return Estimate(mean, mean - half, mean + half, count)


def _t_95(freedom: int) -> float:
    if freedom - 2 < len(T_95):
        return T_95[freedom - 2]
    z = Z_95
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
