"""The values of the API as JSON schemas (2020-12), as `schemas` makes them."""

from __future__ import annotations

from typing import Any

from fer_web.core import Emotion
from fer_web.core.landmarks import COUNT
from fer_web.web.errors import STATUSES

Schema = dict[str, Any]

SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
NUMBER: Schema = {"type": "number"}
COUNTED: Schema = {"type": "integer", "minimum": 0}
TEXT: Schema = {"type": "string"}


def _object(properties: dict[str, Schema], description: str = "", optional: tuple[str, ...] = ()) -> Schema:
    """An object with these properties and no others; all but `optional` are there."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    schema["required"] = [name for name in properties if name not in optional]
    return {"description": description, **schema} if description else schema


def _list(items: Schema, **limits: int) -> Schema:
    return {"type": "array", "items": items, **limits}


def _or_null(schema: Schema, description: str = "") -> Schema:
    """What no step has found out is null."""
    return {"description": description, "anyOf": [schema, {"type": "null"}]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


POINTS = _list(_list(NUMBER, minItems=2, maxItems=2), minItems=COUNT, maxItems=COUNT)
EMOTIONS = _object({emotion.value: SHARE for emotion in Emotion})
EYES = _object({"left_ear": NUMBER, "right_ear": NUMBER, "open": _or_null({"type": "boolean"})})
QUALITY = _object({"sharpness": SHARE, "brightness": SHARE, "size_px": COUNTED})
POSE = _object({"yaw_deg": NUMBER, "pitch_deg": NUMBER, "roll_deg": NUMBER})
TIMINGS: Schema = {"type": "object", "additionalProperties": {"type": "number", "minimum": 0}, "required": ["total"]}
SIZE = _object({"width": COUNTED, "height": COUNTED})

FACE: dict[str, Schema] = {
    "face_id": {**COUNTED, "description": "Its place in the list."},
    "region": _object({"x": {"type": "integer"}, "y": {"type": "integer"}, "w": COUNTED, "h": COUNTED}),
    "face_confidence": SHARE,
    "dominant_emotion": _or_null({"enum": [emotion.value for emotion in Emotion]}, "The most probable one."),
    "emotions": _or_null(EMOTIONS, "Probabilities; they sum to 1."),
    "uncertain": {"type": "boolean", "description": "The face is too poor, or the answer too close, to rely on it."},
    "eyes": _or_null(EYES, "Eye aspect ratios: near 0 when shut, about 0.3 when open."),
    "quality": _or_null(QUALITY),
    "pose": _or_null(POSE, "Yaw to the person's left, pitch up, roll clockwise in the picture."),
    "landmarks": _or_null(POINTS, "x and y of the 68 points, only with ?landmarks=true and of visitors' cameras."),
    "heatmap": _or_null(TEXT, "The crop that the network saw with what it looked at, only with ?explain=true."),
}
BLINK = _object({"count": COUNTED, "last_time_s": _or_null(NUMBER), "last_duration_s": _or_null(NUMBER)})

SCHEMAS: dict[str, Schema] = {
    "Result": _object(
        {
            "results": _list(_ref("Face")),
            "image": SIZE,
            "model": _object({"name": TEXT, "version": TEXT}),
            "timing_ms": {
                **TIMINGS,
                "description": "Milliseconds of each step: decode, detect, landmarks, classify, …",
            },
        },
        "The faces in one picture.",
    ),
    "Results": _object(
        {"images": _list({"oneOf": [_ref("Result"), _ref("Error")]})}, "One answer for each of several pictures."
    ),
    "Face": _object(FACE, "One face.", optional=("landmarks", "heatmap")),
    "LiveFrame": _object(
        {
            "index": COUNTED,
            "time_s": NUMBER,
            "fps": NUMBER,
            "latency_ms": NUMBER,
            "state": TEXT,
            "image": SIZE,
            "results": _list(_ref("LiveFace")),
            "timing_ms": TIMINGS,
        },
        "One analyzed frame of the live picture.",
    ),
    "LiveFace": _object(
        {**FACE, "track": _or_null(COUNTED, "The same person keeps the same number."), "blink": _or_null(BLINK)},
        "One face of the live picture.",
        optional=("landmarks", "heatmap"),
    ),
    "LiveState": _object(
        {
            "status": {"enum": ["connecting", "live", "reconnecting", "demo", "closed"]},
            "label": TEXT,
            "reason": TEXT,
        },
        "How the source is doing.",
    ),
    "Visit": _object({"visit": TEXT, "silence_s": NUMBER}, "A visit's id, a secret, and how long it lasts in silence."),
    "Error": _object(
        {"error": _object({"code": TEXT, "message": TEXT})},
        "Every refusal and failure. Codes: " + ", ".join(STATUSES) + "; else the name of the HTTP status.",
    ),
    "Status": _object({"status": {"enum": ["alive", "ready"]}}),
    "JsonImage": {
        **_object({"image": {"oneOf": [TEXT, {**_list(TEXT), "minItems": 1}]}}),
        "description": "A picture as base64 or data URI, or a list of them.",
    },
    "Form": {
        **_object({"image": _list({"type": "string", "contentMediaType": "application/octet-stream"}, minItems=1)}),
        "description": "One or several files in the field image.",
    },
    "Acknowledgment": _object({"next": TEXT}, "The path to go to.", optional=("next",)),
    "Login": _object({"token": TEXT, "next": TEXT}, "The token, and the path to go to.", optional=("next",)),
}
