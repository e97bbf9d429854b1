"""Where groups or models differ: only where their 95 % intervals part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fer_web.core.proportion import Estimate, Proportion, wilson
from fer_web.reports.audit.answers import AuditedImage
from fer_web.reports.audit.measures import FOUND, LEAST, AuditMeasures


@dataclass(frozen=True, slots=True)
class Difference:
    """One group or model is above some others in a measure, a key of TITLES, by `model` where groups are compared."""

    measure: str
    higher: tuple[str, Estimate]
    lower: tuple[tuple[str, Estimate], ...]
    model: str = ""


def differences(sides: Mapping[str, AuditMeasures], model: str = "") -> Iterator[Difference]:
    """Of every two sides, by name, in every measure that both have of enough pictures."""
    named: dict[str, dict[str, Estimate]] = {}
    for name, measures in sides.items():
        for key, estimate in measures.compared():
            if estimate.count >= LEAST:
                named.setdefault(key, {})[name] = estimate
    for key, estimates in named.items():
        for name, estimate in sorted(estimates.items(), key=lambda pair: -pair[1].value):
            lower = tuple(pair for pair in estimates.items() if estimate.is_above(pair[1]))
            if lower:
                yield Difference(key, (name, estimate), lower, model)


def between_models(measures: Mapping[str, AuditMeasures]) -> tuple[Difference, ...]:
    """Of models that were asked about the same faces."""
    return tuple(one for one in differences(measures) if one.measure != FOUND)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Of the faces on which only one of two models is right, how often that is the first one."""

    first: str
    second: str
    share: Proportion

    @classmethod
    def of(cls, images: Sequence[AuditedImage], first: str, second: str) -> Disagreement:
        """Which is right more often on the same pictures shows here sooner than in two intervals (McNemar 1947)."""
        hits = [
            tuple(one.answers[name].emotion is one.image.emotion for name in (first, second))
            for one in images
            if one.answers
        ]
        alone = [mine for mine, theirs in hits if mine != theirs]
        return cls(first, second, wilson(sum(alone), len(alone)))

    @property
    def better(self) -> str | None:
        """The model that is right more often; None where that cannot be told."""
        if self.share.count < LEAST or self.share.low <= 0.5 <= self.share.high:
            return None
        return self.first if self.share.low > 0.5 else self.second
