"""JSON schemas of what is declared elsewhere: groups of measures, points by their names."""

from __future__ import annotations

import math
from typing import Any

from fer_web.core.measures import Measure, in_group
from fer_web.core.readings import FACE_MEASURES
from fer_web.web.http.route import Schema


def object_of(properties: dict[str, Schema]) -> Schema:
    """An object with these properties and no others."""
    return {"type": "object", "properties": properties, "additionalProperties": False, "required": list(properties)}


def group_of(name: str) -> Schema:
    """The object of a group of measures."""
    return object_of({measure.key: _measure(measure) for measure in in_group(FACE_MEASURES, name)})


def _measure(measure: Measure) -> Schema:
    schema: dict[str, Any] = {"type": {float: "number", int: "integer", bool: "boolean"}[measure.kind]}
    bounds = (("minimum", measure.low), ("maximum", measure.high))
    schema |= {bound: value for bound, value in bounds if measure.kind is not bool and math.isfinite(value)}
    if measure.is_optional:
        return {"description": measure.meaning, "anyOf": [schema, {"type": "null"}]}
    return {**schema, "description": measure.meaning}
