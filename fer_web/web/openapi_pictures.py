"""The part of the API's description that is about pictures and the faces in them."""

from __future__ import annotations

from typing import Any

from fer_web.web.openapi_parts import GUARDED, JSON, PICTURE_BODY, PICTURE_REFUSALS, answer, parameter, ref, refusals

PATHS: dict[str, dict[str, Any]] = {
    "/predict": {
        "post": {
            "operationId": "predict",
            "summary": "The faces in one or more pictures.",
            "description": "Reads JPEG, PNG, WebP, HEIC, AVIF, BMP, TIFF, JPEG 2000, TGA, PPM and the first picture of "
            'a GIF. Several files, or a JSON list, answer {"images": [...]} with one result or error for each, in '
            "their order and with status 200. "
            "No face is an empty list, not an error.",
            "parameters": [
                parameter(
                    "upsample",
                    {"type": "integer", "enum": [0, 1], "default": 1},
                    "1 finds small faces, too; 0 is faster.",
                ),
                parameter("landmarks", {"type": "boolean", "default": False}, "Whether to answer the 68 points."),
                parameter("keypoints", {"type": "boolean", "default": False}, "Whether to answer the 15 keypoints."),
                parameter("explain", {"type": "boolean", "default": False}, "Whether to show what was looked at."),
            ],
            "requestBody": PICTURE_BODY,
            "responses": {
                "200": answer("The faces, the largest first.", JSON, {"oneOf": [ref("Result"), ref("Results")]}),
                **refusals(*GUARDED, *PICTURE_REFUSALS, "unknown_parameter", "bad_parameter"),
            },
        }
    },
}
