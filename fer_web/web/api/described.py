"""The API's description as its page shows it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fer_web.web.api.samples import command, sample
from fer_web.web.http.openapi import OPEN
from fer_web.web.http.route import Schema

PAGES = "Pages for people"
# What belongs together on the page, by how its paths begin; everything else is a page for people.
GROUPS = (
    ("Pictures", ("/predict", "/analyze")),
    ("Live", ("/api/cameras", "/cameras/", "/stream", "/snapshot.jpg", "/events", "/api/visits")),
    ("Recordings", ("/api/recordings",)),
    ("Studies", ("/api/studies",)),
    ("Videos", ("/api/jobs",)),
    ("Laboratory", ("/api/lab",)),
    ("Service", ("/health/", "/healthz", "/readyz", "/metrics", "/openapi.json")),
)


@dataclass(frozen=True, slots=True)
class Group:
    """Operations that belong together, for the page."""

    title: str
    operations: tuple[dict[str, Any], ...]

    @property
    def id(self) -> str:
        return "group-" + self.title.split()[0].lower()

    @property
    def are_pages(self) -> bool:
        return self.title == PAGES


def groups(document: dict[str, Any], root: str) -> list[Group]:
    """All operations of the service whose address begins with `root`, by what they are for; pages come last."""
    shown = [
        _shown(document, root, path, method.upper(), operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    titles = [*(title for title, _ in GROUPS), PAGES]
    found = [Group(title, tuple(one for one in shown if _group(one["path"]) == title)) for title in titles]
    return [group for group in found if group.operations]


def _group(path: str) -> str:
    return next((title for title, starts in GROUPS if path.startswith(starts)), PAGES)


def _shown(document: dict[str, Any], root: str, path: str, method: str, operation: dict[str, Any]) -> dict[str, Any]:
    bodies = operation.get("requestBody", {}).get("content", {})
    named = document["components"]["schemas"]
    return {
        "id": operation["operationId"],
        "method": method,
        "path": path,
        "summary": operation["summary"],
        "description": operation.get("description", ""),
        "is_open": operation.get("security") == OPEN,
        "parameters": operation.get("parameters", []),
        "bodies": {kind: _resolved(document, body["schema"]) for kind, body in bodies.items()},
        "command": command(root, method, path, operation, named),
        "sample": _sample(operation, named),
        "answers": [
            (status, answer["description"], list(_contents(answer)))
            for status, answer in operation["responses"].items()
        ],
    }


def _sample(operation: dict[str, Any], named: dict[str, Schema]) -> str:
    """A made-up answer of success, indented JSON; empty where it is no JSON."""
    for status, answer in operation["responses"].items():
        schema = answer.get("content", {}).get("application/json", {}).get("schema")
        if status.startswith("2") and schema:
            return json.dumps(sample(schema, named), indent=2, ensure_ascii=False)
    return ""


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
