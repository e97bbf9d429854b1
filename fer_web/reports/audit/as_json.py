"""An audit as JSON: names and units that stay, documented in docs/audit.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fer_web.core import Emotion
from fer_web.core.proportion import Estimate
from fer_web.reports.audit.audit import Audit, ByModel, Grouping
from fer_web.reports.audit.differences import Difference, Disagreement
from fer_web.reports.audit.measures import LEAST, AuditMeasures, Calibration
from fer_web.reports.words import DECIMALS

Json = dict[str, Any]

FORMAT, VERSION = "fer-web-audit", 1


def audit_json(audit: Audit) -> Json:
    """All but the single pictures' answers; shares are 0 to 1, what is unknown is null."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "name": audit.subject.name,
        "audited_at": audit.subject.at.isoformat(),
        "engine": audit.subject.engine,
        "models": [{"name": card.name, "version": card.version} for card in audit.subject.cards],
        "notes": list(audit.subject.notes),
        "images": len(audit.images),
        "errors": [{"file": one.image.name, "error": one.trouble} for one in audit.troubles],
        "least_images": LEAST,
        "overall": _by_model(audit.overall),
        "differences": _differences(audit.differences),
        "disagreements": [_disagreement(one) for one in audit.disagreements],
        "groups": {grouping.column: _grouping(grouping) for grouping in audit.groupings},
    }


def _grouping(grouping: Grouping) -> Json:
    return {
        "without_group": grouping.ungrouped,
        "too_small": {group.name: group.images for group in grouping.refused},
        "groups": {name: _by_model(measures) for name, measures in grouping.told.items()},
        "differences": _differences(grouping.differences),
    }


def _by_model(measures: ByModel) -> Json:
    return {model: _measures(one) for model, one in measures.items()}


def _measures(one: AuditMeasures) -> Json:
    names = [emotion.value for emotion in Emotion]
    return {
        "faces_found": _maybe(one.found),
        "accuracy": _maybe(one.accuracy),
        "uncertain": _maybe(one.uncertain),
        "certain_accuracy": _maybe(one.certain_accuracy),
        "recall": {name: _maybe(recall) for name, recall in zip(names, one.recalls, strict=True)},
        "calibration": None if one.calibration is None else _calibration(one.calibration),
        "confusion": {
            name: dict(zip(names, row, strict=True)) for name, row in zip(names, one.confusion.tolist(), strict=True)
        },
    }


def _calibration(found: Calibration) -> Json:
    return {
        "ece": _estimate(found.error),
        "ece_by_chance": _round(found.by_chance),
        "overconfidence": _estimate(found.overconfidence),
        "reliability": [{"confidence": _round(mean), "accuracy": _estimate(share)} for mean, share in found.bins],
    }


def _differences(found: Iterable[Difference]) -> list[Json]:
    return [
        {
            "measure": one.measure,
            **({"model": one.model} if one.model else {}),
            "higher": {"name": one.higher[0], **_estimate(one.higher[1])},
            "lower": [{"name": name, **_estimate(estimate)} for name, estimate in one.lower],
        }
        for one in found
    ]


def _disagreement(one: Disagreement) -> Json:
    share = {"only_first_right": _maybe(one.share), "better": one.better}
    return {"first": one.first, "second": one.second, **share}


def _maybe(estimate: Estimate) -> Json | None:
    """Nothing is known of no cases."""
    return _estimate(estimate) if estimate.count else None


def _estimate(one: Estimate) -> Json:
    numbers = {"value": one.value, "low": one.low, "high": one.high}
    return {**{name: _round(value) for name, value in numbers.items()}, "count": one.count}


def _round(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # never -0.0
