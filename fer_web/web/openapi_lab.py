"""The part of the API's description that is about the laboratory."""

from __future__ import annotations

from typing import Any

from fer_web.web.openapi_parts import (
    GUARDED,
    JSON,
    PAGE,
    PICTURE_BODY,
    PICTURE_REFUSALS,
    answer,
    parameter,
    ref,
    refusals,
)
from fer_web.web.openapi_schemas import COUNTED, NUMBER, SHARE, SIZE, TEXT, Schema, list_of, object_of, or_null

PATHS: dict[str, dict[str, Any]] = {
    "/lab": {
        "get": {
            "operationId": "lab",
            "summary": "A page that compares systems: their results, and two models on one picture.",
            "responses": {**PAGE, **refusals(*GUARDED, "model_error")},
        }
    },
    "/api/lab": {
        "get": {
            "operationId": "lab_results",
            "summary": "What every system of the laboratory came to, and the models that can be compared.",
            "responses": {
                "200": answer("The best system first, the served model first.", JSON, ref("Lab")),
                **refusals(*GUARDED, "model_error"),
            },
        }
    },
    "/api/lab/compare": {
        "post": {
            "operationId": "compare_models",
            "summary": "What two models say about the faces of one picture, and what each looked at.",
            "description": "Faces are found and cut out once. A model that is asked for the first time is loaded, "
            "which takes some seconds.",
            "parameters": [{**parameter("models", TEXT, "Two names, separated by a comma."), "required": True}],
            "requestBody": PICTURE_BODY,
            "responses": {
                "200": answer("Both models' answers, in the order in which they were named.", JSON, ref("Comparison")),
                **refusals(
                    *GUARDED, *PICTURE_REFUSALS, "unknown_model", "unknown_parameter", "bad_parameter", "model_error"
                ),
            },
        }
    },
}

PRIVATE = {"accuracy": SHARE, "low": SHARE, "high": SHARE, "without_duplicates": SHARE, "macro_f1": SHARE}
SCHEMAS: dict[str, Schema] = {
    "Lab": object_of({"rows": list_of(ref("LabRow")), "models": list_of(ref("LabModel"))}),
    "LabRow": object_of(
        {
            "name": TEXT,
            "system": TEXT,
            "features": TEXT,
            "expressions": list_of(TEXT),
            "authors_accuracy": or_null(SHARE, "What the system's authors report; null for nothing."),
            "public_test": object_of({"accuracy": SHARE}),
            "private_test": object_of(PRIVATE, "With a 95 % interval."),
            "confusion": list_of(list_of(COUNTED)),
            "epochs": object_of({"done": or_null(NUMBER), "planned": or_null(NUMBER)}),
            "command": TEXT,
        },
        "One system's run. Rows of the confusion matrix are labels, columns answers.",
    ),
    "LabModel": object_of(
        {
            "name": TEXT,
            "version": TEXT,
            "network": TEXT,
            "parameters": COUNTED,
            "accuracy": {"type": "object", "additionalProperties": SHARE, "description": "By FER2013's parts."},
        },
        "A model that can be compared.",
    ),
    "Comparison": object_of(
        {
            "image": SIZE,
            "models": list_of(object_of({"name": TEXT, "version": TEXT, "results": list_of(ref("Face"))})),
            "timing_ms": object_of({"total": NUMBER}),
        },
        "Two models' answers to the same faces, each with its heatmap.",
    ),
}
