"""The API's description as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fer_web.web.http.openapi import OPEN
from fer_web.web.http.route import Schema


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations one by one."""
    return [
        _shown(document, path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def _shown(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    bodies = operation.get("requestBody", {}).get("content", {})
    return {
        "id": operation["operationId"],
        "method": method.upper(),
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "is_open": operation.get("security") == OPEN,
        "parameters": operation.get("parameters", []),
        "bodies": {kind: _resolved(document, body["schema"]) for kind, body in bodies.items()},
        "answers": [
            (status, answer["description"], list(_contents(answer)))
            for status, answer in operation["responses"].items()
        ],
    }


def _contents(answer: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for kind, content in answer.get("content", {}).items():
        yield kind, _names(content["schema"])


def _names(schema: Schema) -> list[str]:
    """The named schemas that a schema refers to."""
    return [one["$ref"].rsplit("/", 1)[-1] for one in schema.get("oneOf", [schema]) if "$ref" in one]


def _resolved(document: dict[str, Any], schema: Schema) -> Schema:
    """The schema itself, or the one that it refers to."""
    names = _names(schema)
    return document["components"]["schemas"][names[0]] if names else schema
