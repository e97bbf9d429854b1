"""What the descriptions of operations are made of."""

from __future__ import annotations

from typing import Any

from fer_web.web.http.errors import STATUSES
from fer_web.web.openapi_schemas import Schema

OPEN: list[dict[str, list[str]]] = [{}]  # no token needed
JSON = "application/json"


def ref(name: str) -> Schema:
    """The named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def answer(description: str, kind: str | None = None, schema: Schema | None = None) -> dict[str, Any]:
    """One answer, with a body of that type or without."""
    return {"description": description, **({"content": {kind: {"schema": schema}}} if kind else {})}


def refusals(*codes: str) -> dict[str, Any]:
    """The refusals of an operation, by status, with the codes that each can hold."""
    statuses: dict[str, list[str]] = {}
    for code in codes:
        statuses.setdefault(str(STATUSES[code]), []).append(code)
    return {
        status: answer(f"Refused: {', '.join(names)}.", JSON, ref("Error"))
        for status, names in sorted(statuses.items())
    }


def parameter(name: str, schema: Schema, meaning: str, *, place: str = "query") -> dict[str, Any]:
    """One of the query, which may be left out, or of the path, which may not."""
    return {"name": name, "in": place, "required": place == "path", "description": meaning, "schema": schema}


def body_of(name: str) -> dict[str, Any]:
    """A body in JSON, of the named schema."""
    return {"required": True, "content": {JSON: {"schema": ref(name)}}}


def visit(meaning: str, *, required: bool) -> dict[str, Any]:
    """The header that names a visit."""
    return {**parameter("Fer-Visit", {"type": "string"}, meaning, place="header"), "required": required}


# Every request can meet these.
GUARDED = ("wrong_host", "cross_site", "token_required", "wrong_token", "too_many_attempts", "too_many_requests")
BINARY: Schema = {
    "type": "string",
    "contentMediaType": "application/octet-stream",
    "description": "The picture's bytes.",
}
PAGE = {
    "200": answer("A page.", "text/html", {"type": "string"}),
    "303": answer("To /login, when the service has a token that the browser has not shown."),
}
# What can be wrong with a body in JSON, and with the place where recordings are kept.
BODY_REFUSALS = ("bad_json", "unknown_parameter", "bad_parameter", "unsupported_media_type", "image_too_large")
STORE_REFUSALS = ("storage_unavailable", "storage_full", "storage_read_only")
# One or several pictures, in every form in which they are taken, and what can be wrong with them.
PICTURE_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": ref("Form")},
        "image/*": {"schema": BINARY},
        "application/octet-stream": {"schema": BINARY},
        JSON: {"schema": ref("JsonImage")},
    },
}
DECODING_REFUSALS = (
    "empty",
    "not_an_image",
    "unsupported_format",
    "image_truncated",
    "image_too_large",
    "too_many_pixels",
)
PICTURE_REFUSALS = (
    *DECODING_REFUSALS,
    "bad_json",
    "bad_base64",
    "bad_form",
    "no_image",
    "too_many_images",
    "unsupported_media_type",
    "busy",
    "not_ready",
)
