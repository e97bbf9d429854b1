"""The part of the API's description that is about the live picture and visitors' cameras."""

from __future__ import annotations

from typing import Any

from fer_web.vision.overlays import DEFAULT_OVERLAYS, OVERLAYS, names_of
from fer_web.web.openapi_parts import (
    BINARY,
    DECODING_REFUSALS,
    GUARDED,
    JSON,
    PAGE,
    answer,
    parameter,
    ref,
    refusals,
    visit,
)
from fer_web.web.openapi_schemas import Schema


def overlay_parameter() -> Schema:
    """The layers that there are, as a parameter."""
    return parameter(
        "overlay",
        {"type": "string", "default": names_of(DEFAULT_OVERLAYS)},
        f"Layers to draw, separated by commas: {', '.join(OVERLAYS)}; empty for none.",
    )


OVERLAY = overlay_parameter()

VISIT = visit("The visit's id, as POST /api/visits answered it.", required=True)

PATHS: dict[str, dict[str, Any]] = {
    "/stream": {
        "get": {
            "operationId": "stream",
            "summary": "The live picture with its faces marked, as an endless series of JPEGs.",
            "parameters": [
                OVERLAY,
                parameter(
                    "fps", {"type": "number", "exclusiveMinimum": 0, "maximum": 1000}, "At most so many a second."
                ),
            ],
            "responses": {
                "200": answer("JPEGs, for an <img>.", "multipart/x-mixed-replace", {"type": "string"}),
                **refusals(*GUARDED, "bad_parameter", "busy"),
            },
        }
    },
    "/snapshot.jpg": {
        "get": {
            "operationId": "snapshot",
            "summary": "The newest live picture with its faces marked.",
            "parameters": [OVERLAY],
            "responses": {
                "200": answer("A JPEG.", "image/jpeg", BINARY),
                **refusals(*GUARDED, "bad_parameter", "busy", "no_source"),
            },
        }
    },
    "/events": {
        "get": {
            "operationId": "events",
            "summary": "The live results as server-sent events.",
            "description": "Events without a name hold a LiveFrame, those named state a LiveState whenever it changes. "
            "A comment line comes after ten seconds without news.",
            "responses": {
                "200": answer("Server-sent events.", "text/event-stream", {"type": "string"}),
                **refusals(*GUARDED, "busy"),
            },
        }
    },
    "/my-camera": {
        "get": {
            "operationId": "camera",
            "summary": "The page that shows what is seen in the visitor's own camera.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/api/visits/socket": {
        "get": {
            "operationId": "camera_socket",
            "summary": "A visit over a WebSocket: frames in, results back.",
            "description": "Each binary message is a JPEG and is answered by one text message: a LiveFrame with "
            "landmarks, or an Error when that frame is refused. Send the next frame when the answer to the one before "
            "has come. The text message visit is answered by a Visit, whose id can start a recording. "
            "Without a place, or before the models are loaded, the only message is an Error with "
            "retry_after_s beside it, and the connection is closed with 1013. It is closed with 1001 when nothing "
            "comes for ten seconds, or when the service stops.",
            "responses": {
                "101": answer("The visit has begun."),
                **refusals(*GUARDED, "bad_handshake"),
            },
        }
    },
    "/api/visits": {
        "post": {
            "operationId": "enter",
            "summary": "Begin a visit without a WebSocket.",
            "description": "It ends when it is deleted, or when no frame comes for silence_s seconds.",
            "responses": {
                "201": answer("Its id.", JSON, ref("Visit")),
                **refusals(*GUARDED, "busy", "not_ready"),
            },
        },
        "delete": {
            "operationId": "leave",
            "summary": "End a visit and forget its people.",
            "parameters": [VISIT],
            "responses": {"204": answer("It has ended."), **refusals(*GUARDED, "no_visit")},
        },
    },
    "/api/visits/frame": {
        "post": {
            "operationId": "visitor_frame",
            "summary": "The faces in one frame of a visit.",
            "description": "A JPEG of at most 500,000 bytes and 1,228,800 pixels. People are followed and their blinks "
            "counted over the frames of the visit; frames are dated as they arrive.",
            "parameters": [VISIT],
            "requestBody": {"required": True, "content": {"image/jpeg": {"schema": BINARY}}},
            "responses": {
                "200": answer("The faces, with their landmarks.", JSON, ref("LiveFrame")),
                **refusals(
                    *GUARDED,
                    *DECODING_REFUSALS,
                    "no_visit",
                    "one_at_a_time",
                    "busy",
                ),
            },
        }
    },
}
