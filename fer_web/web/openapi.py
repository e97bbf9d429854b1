"""The API, described by hand: what is sent, what is answered, under which status. Tests hold it against the service."""

from __future__ import annotations

from typing import Any

from fer_web import __version__
from fer_web.web import (
    openapi_jobs,
    openapi_lab,
    openapi_live,
    openapi_pages,
    openapi_pictures,
    openapi_recordings,
    openapi_running,
    openapi_schemas,
)
from fer_web.web.openapi_parts import OPEN
from fer_web.web.openapi_schemas import Schema

DESCRIPTION = """Finds the faces in pictures and in a live stream, and says what they express and when they blink.

Coordinates are pixels of the picture as sent, turned as its EXIF data says. Probabilities are 0 to 1 and sum to 1. \
Left and right are the person's. Expressions are what a face shows, not what somebody feels.

When the service has a token, send it as "Authorization: Bearer …" or as the password of Basic, or log in at /login \
for a cookie. Requests under \
another host name than the service's, and those that pages of other websites cause, are refused.

Pictures are analyzed in memory and forgotten; addresses of pictures are never fetched. Recordings keep numbers, and \
begin only with consent."""

SCHEMAS: dict[str, Schema] = {
    **openapi_schemas.SCHEMAS,
    **openapi_running.SCHEMAS,
    **openapi_recordings.SCHEMAS,
    **openapi_jobs.SCHEMAS,
    **openapi_lab.SCHEMAS,
}
PATHS: dict[str, dict[str, Any]] = {
    **openapi_pictures.PATHS,
    **openapi_live.PATHS,
    **openapi_jobs.PATHS,
    **openapi_recordings.PATHS,
    **openapi_lab.PATHS,
    **openapi_pages.PATHS,
}

DOCUMENT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "FER Web", "version": __version__, "description": DESCRIPTION},
    "servers": [{"url": "/"}],
    "security": [{"token": []}, {"basic": []}, {"cookie": []}, {}],
    "paths": PATHS,
    "components": {
        "schemas": SCHEMAS,
        "securitySchemes": {
            "token": {"type": "http", "scheme": "bearer"},
            "basic": {"type": "http", "scheme": "basic", "description": "Any user, the token as the password."},
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
