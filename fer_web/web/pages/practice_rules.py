"""What a page needs to sum up a practice as reports do: the columns of readings.csv, and the reports' own constants."""

from __future__ import annotations

from typing import Any

from fer_web.core import Emotion, values
from fer_web.core.measures import Measure
from fer_web.core.questions import CALM, CALM_S
from fer_web.core.readings import FACING_DEG, MEASURES
from fer_web.reports import answers, behavior, measures, movements, setup, stretches, summary, totals
from fer_web.reports.table import COLUMNS
from fer_web.vision.on_device import constants

Json = dict[str, Any]

_STEPS = {
    "answers": answers,
    "behavior": behavior,
    "measures": measures,
    "movements": movements,
    "stretches": stretches,
}
_STEPS |= {"summary": summary, "totals": totals, "values": values}


def practice_rules() -> Json:
    """The constants by their module's name, so that static/ondevice never has numbers of its own."""
    known = {measure.name: measure for measure in MEASURES}
    faults = {name: {"title": title, "advice": advice} for name, (title, advice, _) in setup.FAULTS.items()}
    return {
        "columns": [_column(name, known.get(name)) for name in COLUMNS],
        "emotions": list(Emotion),
        "calm": {"text": CALM, "seconds": CALM_S},
        "FACING_DEG": FACING_DEG,
        "setup": {"faults": faults, "LEAST_SHARE": setup.LEAST_SHARE},
        **{step: constants(module) for step, module in _STEPS.items()},
    }


def _column(name: str, measure: Measure | None) -> Json:
    """A column: where its value is in a face's JSON, and how it is written."""
    if measure is None:
        return {"name": name, "group": "", "key": name, "kind": "text", "decimals": 0}
    return {
        "name": name,
        "group": measure.group,
        "key": measure.key,
        "kind": measure.kind.__name__,
        "decimals": measure.decimals,
    }
