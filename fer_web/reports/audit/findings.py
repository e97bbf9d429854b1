"""What an audit says, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

from fer_web.core import Emotion
from fer_web.core.proportion import Estimate
from fer_web.reports import words
from fer_web.reports.audit.audit import Audit, Grouping
from fer_web.reports.audit.differences import Difference, Disagreement
from fer_web.reports.audit.measures import LEAST, OVERCONFIDENCE, TITLES, AuditMeasures, Calibration

TO = " to "


def interval(one: Estimate) -> str:
    """71 % (67 to 75)"""
    low, high = (words.rounded(max(0.0, value), times=100) for value in (one.low, one.high))
    return f"{words.percent(one.value)} ({low}{TO}{high})"


def gap_interval(one: Estimate) -> str:
    """+4 (+2 to +6), in percentage points"""
    return f"{words.points(one.value)} ({words.points(one.low)}{TO}{words.points(one.high)})"


def findings(audit: Audit) -> list[str]:
    """Of all pictures: faces, each model, which one is better."""
    if not audit.read:
        return ["None of the pictures could be read."]
    found = next(iter(audit.overall.values())).found
    first = interval(found).replace("(", "(95 % interval ")
    said = [f"A face was found in {first} of {words.count(found.count, 'picture')}."]
    for model, measures in audit.overall.items():
        said += _of_model(model, measures)
    if found.count < LEAST:
        said.append(f"Fewer than {LEAST} pictures say little about a model: take some hundred.")
    return [*said, *map(disagreement, audit.disagreements), *map(difference, audit.differences)]


def _of_model(model: str, measures: AuditMeasures) -> Iterator[str]:
    if not measures.accuracy.count:
        return
    sure = measures.certain_accuracy
    yield (
        f"{model} was right on {interval(measures.accuracy)} of the faces. It called {interval(measures.uncertain)} of "
        f"its answers uncertain" + (f"; of the others, {interval(sure)} were right." if sure.count else ".")
    )
    yield from _extremes(model, measures)
    if measures.calibration is not None and measures.accuracy.count >= LEAST:
        yield f"{model}: {calibration(measures.calibration)}"


def _extremes(model: str, measures: AuditMeasures) -> Iterator[str]:
    known = [pair for pair in zip(Emotion, measures.recalls, strict=True) if pair[1].count >= LEAST]
    if len(known) < 2:
        return
    best, worst = (choose(known, key=lambda pair: pair[1].value) for choose in (max, min))
    if best[1].is_above(worst[1]):
        yield (
            f"{model} recognized {best[0]} most often, in {interval(best[1])}, and {worst[0]} least often, in "
            f"{interval(worst[1])}."
        )


def calibration(found: Calibration) -> str:
    """Whether probabilities are too high or too low, and whether the error may be chance."""
    gap, error = found.overconfidence, words.number(100 * found.error.value)
    if gap.low <= 0 <= gap.high:
        told = "its probabilities are neither too high nor too low on the whole, as far as can be told"
    else:
        way, low, high = ("high", gap.low, gap.high) if gap.value > 0 else ("low", -gap.high, -gap.low)
        told = (
            f"its probabilities are too {way} by {_points(abs(gap.value))} points ({_points(low)}{TO}{_points(high)})"
        )
    by_chance = words.number(100 * found.by_chance)
    under = (
        "which may be chance: perfect" if found.error.value <= found.by_chance else "more than chance explains: perfect"
    )
    return f"{told}. The calibration error is {error} points, {under} probabilities stay under {by_chance}."


def _points(share: float) -> str:
    return str(words.rounded(share, times=100))


def difference(one: Difference) -> str:
    """Accuracy: a 81 % (76 to 85) is above b 62 % (55 to 69)."""
    shown = gap_interval if one.measure == OVERCONFIDENCE else interval
    (name, estimate), model = one.higher, f", {one.model}" if one.model else ""
    lower = words.listed([f"{other} {shown(value)}" for other, value in one.lower])
    return f"{TITLES[one.measure]}{model}: {name} {shown(estimate)} is above {lower}."


def disagreement(one: Disagreement) -> str:
    """Which of two models is right more often, by the faces on which one of them is."""
    faces = f"the {words.count(one.share.count, 'face')} on which only one of the two is right"
    if one.better is None:
        return f"Neither {one.first} nor {one.second} can be called better: of {faces}, {_won(one)}."
    return f"{one.better} is right more often: of {faces}, {_won(one)}."


def _won(one: Disagreement) -> str:
    return f"{one.first} is right on {interval(one.share)}" if one.share.count else "there are none"


def refusals(grouping: Grouping) -> list[str]:
    """A sentence for each group with too few pictures, and one for pictures without a group."""
    said = [
        f"“{group.name}” has {words.count(group.images, 'picture')}: fewer than {LEAST} say too little, so nothing is "
        "said of it."
        for group in grouping.refused
    ]
    if grouping.ungrouped:
        said.append(f"{words.count(grouping.ungrouped, 'picture has', 'pictures have')} no group here.")
    return said


def group_findings(grouping: Grouping) -> list[str]:
    """Where the groups differ."""
    if len(grouping.told) < 2:
        return ["There are no two groups large enough to be compared."]
    said = list(map(difference, grouping.differences))
    return said or ["These pictures show no difference between the groups: all intervals overlap."]
