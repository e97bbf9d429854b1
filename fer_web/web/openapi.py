"""The API, described by hand: what is sent, what is answered, under which status. Tests hold it against the service."""

from __future__ import annotations

from typing import Any

from fer_web import __version__
from fer_web.web import openapi_jobs, openapi_lab, openapi_schemas, openapi_sessions
from fer_web.web.openapi_parts import BINARY, GUARDED, JSON, OPEN, PAGE, answer, parameter, ref, refusals
from fer_web.web.openapi_schemas import Schema

DESCRIPTION = """Finds the faces in pictures and in a live stream, and says what they express and when they blink.

Coordinates are pixels of the picture as sent, turned as its EXIF data says. Probabilities are 0 to 1 and sum to 1. \
Left and right are the person's. Expressions are what a face shows, not what somebody feels.

When the service has a token, send it as "Authorization: Bearer …", or log in at /login for a cookie. Requests under \
another host name than the service's, and those that pages of other websites cause, are refused.

Pictures are analyzed in memory and forgotten; addresses of pictures are never fetched. Recordings keep numbers, and \
begin only with consent."""


OVERLAY = parameter(
    "overlay",
    {"type": "string", "default": "boxes,labels,blinks"},
    "Layers to draw, separated by commas: boxes, labels, landmarks, keypoints, blinks, heatmap, blur; empty for none.",
)

VISIT = {
    "name": "Fer-Visit",
    "in": "header",
    "required": True,
    "description": "The visit's id, as POST /camera/visit answered it.",
    "schema": {"type": "string"},
}

SCHEMAS: dict[str, Schema] = {
    **openapi_schemas.SCHEMAS,
    **openapi_sessions.SCHEMAS,
    **openapi_jobs.SCHEMAS,
    **openapi_lab.SCHEMAS,
}
PATHS: dict[str, dict[str, Any]] = {
    **openapi_sessions.PATHS,
    **openapi_jobs.PATHS,
    **openapi_lab.PATHS,
    "/predict": {
        "post": {
            "operationId": "predict",
            "summary": "The faces in one or more pictures.",
            "description": "Reads JPEG, PNG, WebP, BMP, TIFF and the first picture of a GIF. Several files, or a JSON "
            'list, answer {"images": [...]} with one result or error for each, in their order and with status 200. '
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
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {"schema": ref("Form")},
                    "image/*": {"schema": BINARY},
                    "application/octet-stream": {"schema": BINARY},
                    JSON: {"schema": ref("JsonImage")},
                },
            },
            "responses": {
                "200": answer("The faces, the largest first.", JSON, {"oneOf": [ref("Result"), ref("Results")]}),
                **refusals(
                    *GUARDED,
                    "empty",
                    "not_an_image",
                    "unsupported_format",
                    "image_truncated",
                    "image_too_large",
                    "too_many_pixels",
                    "bad_json",
                    "bad_base64",
                    "bad_form",
                    "no_image",
                    "unknown_parameter",
                    "bad_parameter",
                    "too_many_images",
                    "unsupported_media_type",
                    "busy",
                    "not_ready",
                ),
            },
        }
    },
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
    "/camera": {
        "get": {
            "operationId": "camera",
            "summary": "The page that shows what is seen in the visitor's own camera.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/camera/socket": {
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
    "/camera/visit": {
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
    "/camera/frame": {
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
                    "empty",
                    "not_an_image",
                    "unsupported_format",
                    "image_truncated",
                    "image_too_large",
                    "too_many_pixels",
                    "no_visit",
                    "one_at_a_time",
                    "busy",
                ),
            },
        }
    },
    "/health/live": {
        "get": {
            "operationId": "live",
            "summary": "Whether the process answers.",
            "security": OPEN,
            "responses": {"200": answer("It does.", JSON, ref("Status")), **refusals("wrong_host")},
        }
    },
    "/health/ready": {
        "get": {
            "operationId": "ready",
            "summary": "Whether the models are loaded.",
            "security": OPEN,
            "responses": {"200": answer("They are.", JSON, ref("Status")), **refusals("wrong_host", "not_ready")},
        }
    },
    "/metrics": {
        "get": {
            "operationId": "metrics",
            "summary": "Counts and durations for Prometheus.",
            "responses": {
                "200": answer("Prometheus' text format.", "text/plain", {"type": "string"}),
                **refusals(*GUARDED),
            },
        }
    },
    "/openapi.json": {
        "get": {
            "operationId": "openapi",
            "summary": "This description.",
            "responses": {"200": answer("OpenAPI 3.1.", JSON, {"type": "object"}), **refusals(*GUARDED)},
        }
    },
    "/docs": {
        "get": {
            "operationId": "docs",
            "summary": "This description as a page.",
            "responses": {"200": answer("A page.", "text/html", {"type": "string"}), **refusals(*GUARDED)},
        }
    },
    "/": {
        "get": {
            "operationId": "index",
            "summary": "The live page.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/try": {
        "get": {
            "operationId": "try_picture",
            "summary": "A page that sends pictures of the visitor's own to /predict and shows their faces.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/about": {
        "get": {
            "operationId": "about",
            "summary": "A page about what is analyzed, the model, and what its answers do not mean.",
            "responses": {**PAGE, **refusals(*GUARDED)},
        }
    },
    "/privacy": {
        "get": {
            "operationId": "privacy",
            "summary": "A page about what is kept, and where such analysis is not allowed.",
            "security": OPEN,
            "responses": {"200": answer("A page.", "text/html", {"type": "string"}), **refusals("wrong_host")},
        }
    },
    "/notice": {
        "post": {
            "operationId": "acknowledge",
            "summary": "Say that the operator's notice was read.",
            "description": "Sets a cookie (HttpOnly, SameSite=Strict) that the browser forgets when it is closed. "
            "Without it, and with FER_NOTICE set, pages that show or take a camera's picture show the notice instead.",
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": ref("Acknowledgment")}},
            },
            "responses": {"303": answer("To `next`, with the cookie."), **refusals(*GUARDED)},
        }
    },
    "/login": {
        "get": {
            "operationId": "login",
            "summary": "The form that asks for the token.",
            "security": OPEN,
            "responses": {
                "200": answer("A page.", "text/html", {"type": "string"}),
                "303": answer("To /, when the service has no token."),
                **refusals("wrong_host"),
            },
        },
        "post": {
            "operationId": "log_in",
            "summary": "Exchange the token for a cookie.",
            "description": "The cookie (HttpOnly, SameSite=Strict, Secure over https) is signed, does not hold the "
            "token, and is good for 30 days. Wrong tokens are answered by the form with the status of their refusal.",
            "security": OPEN,
            "requestBody": {
                "required": True,
                "content": {"application/x-www-form-urlencoded": {"schema": ref("Login")}},
            },
            "responses": {
                "303": answer("To `next`, with the cookie."),
                "401": answer("A wrong token; the form again.", "text/html", {"type": "string"}),
                "429": answer("Too many wrong tokens; Retry-After says for how long.", "text/html", {"type": "string"}),
                **refusals("wrong_host", "cross_site", "image_too_large"),
            },
        },
    },
    "/logout": {
        "post": {
            "operationId": "log_out",
            "summary": "Forget the cookie.",
            "responses": {"303": answer("To /login."), **refusals(*GUARDED)},
        }
    },
}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "FER Web", "version": __version__, "description": DESCRIPTION},
    "servers": [{"url": "/"}],
    "security": [{"token": []}, {"cookie": []}, {}],
    "paths": PATHS,
    "components": {
        "schemas": SCHEMAS,
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "cookie": {"type": "apiKey", "in": "cookie", "name": "fer_session"},
        },
    },
}


def operations() -> list[dict[str, Any]]:
    """The operations one by one, as the page shows them."""
    return [
        {
            "id": operation["operationId"],
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "description": operation.get("description", ""),
            "is_open": operation.get("security") == OPEN,
            "parameters": operation.get("parameters", []),
            "bodies": {kind: _resolved(body["schema"]) for kind, body in _bodies(operation).items()},
            "answers": [
                (
                    status,
                    one["description"],
                    [(kind, _names(content["schema"])) for kind, content in _contents(one)],
                )
                for status, one in operation["responses"].items()
            ],
        }
        for path, methods in PATHS.items()
        for method, operation in methods.items()
    ]


def _bodies(operation: dict[str, Any]) -> dict[str, Any]:
    bodies: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    return bodies


def _contents(told: dict[str, Any]) -> list[tuple[str, Any]]:
    return list(told.get("content", {}).items())


def _names(schema: Schema) -> list[str]:
    """The named schemas that a schema refers to."""
    return [one["$ref"].rsplit("/", 1)[-1] for one in schema.get("oneOf", [schema]) if "$ref" in one]


def _resolved(schema: Schema) -> Schema:
    """The schema itself, or the one that it refers to."""
    names = _names(schema)
    return SCHEMAS[names[0]] if names else schema
