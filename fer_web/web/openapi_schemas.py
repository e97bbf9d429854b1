"""The values of the API as JSON schemas (2020-12), as `schemas` makes them."""

from __future__ import annotations

import math
from typing import Any

from fer_web.core import Emotion
from fer_web.core.keypoints import NAMES
from fer_web.core.landmarks import COUNT
from fer_web.core.measures import Measure, in_group
from fer_web.core.readings import FACE_MEASURES
from fer_web.web.http.errors import STATUSES

Schema = dict[str, Any]

SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
NUMBER: Schema = {"type": "number"}
COUNTED: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}


def object_of(properties: dict[str, Schema], description: str = "", optional: tuple[str, ...] = ()) -> Schema:
    """An object with these properties and no others; all but `optional` are there."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    schema["required"] = [name for name in properties if name not in optional]
    return {"description": description, **schema} if description else schema


def list_of(items: Schema, **limits: int) -> Schema:
    return {"type": "array", "items": items, **limits}


def or_null(schema: Schema, description: str = "") -> Schema:
    """What no step has found out is null."""
    return {"description": description, "anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


POINT = list_of(NUMBER, minItems=2, maxItems=2)
POINTS = list_of(POINT, minItems=COUNT, maxItems=COUNT)
KEYPOINTS = object_of(dict.fromkeys(NAMES, POINT))


def group_of(name: str) -> Schema:
    """The object of a group of measures."""
    return object_of({measure.key: _measure(measure) for measure in in_group(FACE_MEASURES, name)})


def _measure(measure: Measure) -> Schema:
    schema: Schema = {"type": {float: "number", int: "integer", bool: "boolean"}[measure.kind]}
    bounds = (("minimum", measure.low), ("maximum", measure.high))
    schema |= {bound: value for bound, value in bounds if measure.kind is not bool and math.isfinite(value)}
    return or_null(schema, measure.meaning) if measure.is_optional else {**schema, "description": measure.meaning}


TIMINGS: Schema = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}, "required": ["total"]}
SIZE = object_of({"width": COUNTED, "height": COUNTED})

FACE: dict[str, Schema] = {
    "face_id": {**COUNTED, "description": "Its place in the list."},
    "region": object_of({"x": {"type": "integer"}, "y": {"type": "integer"}, "w": COUNTED, "h": COUNTED}),
    "face_confidence": SHARE,
    "dominant_emotion": or_null({"enum": [emotion.value for emotion in Emotion]}, "The most probable one."),
    "emotions": or_null(group_of("emotions"), "Probabilities; they sum to 1."),
    "uncertain": {"type": "boolean", "description": "The face is too poor, or the answer too close, to rely on it."},
    "eyes": or_null(group_of("eyes")),
    "quality": or_null(group_of("quality")),
    "pose": or_null(group_of("pose")),
    "landmarks": or_null(POINTS, "x and y of the 68 points, only with ?landmarks=true and of visitors' cameras."),
    "keypoints": or_null(KEYPOINTS, "x and y of the 15 points by name, only with ?keypoints=true."),
    "heatmap": or_null(TEXT, "The crop that the network saw with what it looked at, only with ?explain=true."),
}
BLINK = object_of({"count": COUNTED, "last_time_s": or_null(NUMBER), "last_duration_s": or_null(NUMBER)})

SCHEMAS: dict[str, Schema] = {
    "Result": object_of(
        {
            "results": list_of(_ref("Face")),
            "image": SIZE,
            "model": object_of({"name": TEXT, "version": TEXT}),
            "timing_ms": {
                **TIMINGS,
                "description": "Milliseconds of each step: decode, detect, landmarks, classify, …",
            },
        },
        "The faces in one picture.",
    ),
    "Results": object_of(
        {"images": list_of({"oneOf": [_ref("Result"), _ref("Error")]})}, "One answer for each of several pictures."
    ),
    "Face": object_of(FACE, "One face.", optional=("landmarks", "keypoints", "heatmap")),
    "LiveFrame": object_of(
        {
            "index": COUNTED,
            "time_s": NUMBER,
            "fps": NUMBER,
            "latency_ms": NUMBER,
            "status": TEXT,
            "image": SIZE,
            "results": list_of(_ref("LiveFace")),
            "timing_ms": TIMINGS,
        },
        "One analyzed frame of the live picture.",
    ),
    "LiveFace": object_of(
        {**FACE, "track_id": or_null(COUNTED, "The same person keeps the same number."), "blink": or_null(BLINK)},
        "One face of the live picture.",
        optional=("landmarks", "keypoints", "heatmap"),
    ),
    "LiveState": object_of(
        {
            "status": {"enum": ["connecting", "live", "reconnecting", "demo", "closed"]},
            "label": TEXT,
            "reason": TEXT,
        },
        "How the source is doing.",
    ),
    "Visit": object_of(
        {"visit": TEXT, "silence_s": NUMBER}, "A visit's id, a secret, and how long it lasts in silence."
    ),
    "Error": object_of(
        {"error": object_of({"code": TEXT, "message": TEXT})},
        "Every refusal and failure. Codes: " + ", ".join(STATUSES) + "; else the name of the HTTP status.",
    ),
    "Status": object_of({"status": {"enum": ["alive", "ready"]}}),
    "JsonImage": {
        **object_of({"image": {"oneOf": [TEXT, {**list_of(TEXT), "minItems": 1}]}}),
        "description": "A picture as base64 or data URI, or a list of them.",
    },
    "Form": {
        **object_of({"image": list_of({"type": "string", "contentMediaType": "application/octet-stream"}, minItems=1)}),
        "description": "One or several files in the field image.",
    },
    "Acknowledgment": object_of({"next": TEXT}, "The path to go to.", optional=("next",)),
    "Login": object_of({"token": TEXT, "next": TEXT}, "The token, and the path to go to.", optional=("next",)),
}
