"""Examples made from the API's description: what to type, and what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from fer_web.web.http.route import Schema

# By the kind of a body, in the order in which they are preferred: how curl sends one.
FILES = {
    "image/*": "-H 'Content-Type: image/jpeg' --data-binary @photo.jpg",
    "image/jpeg": "-H 'Content-Type: image/jpeg' --data-binary @frame.jpg",
    "video/*": "-H 'Content-Type: video/mp4' --data-binary @talk.mp4",
}
ENDLESS = ("multipart/x-mixed-replace", "text/event-stream")
# What an answer of that kind is saved as.
SAVED = {
    "image/jpeg": "snapshot.jpg",
    "image/png": "example.png",
    "video/mp4": "annotated.mp4",
    "application/zip": "recordings.zip",
}
PLAIN: dict[str, Any] = {"string": "…", "integer": 1, "number": 0.5, "boolean": True, "null": None}
MOST_ITEMS = 4


def sample(schema: Schema, named: Mapping[str, Schema]) -> Any:
    """A value that fits a schema, small and made up; `named` are the schemas that it may refer to."""
    if "$ref" in schema:
        return sample(named[schema["$ref"].rsplit("/", 1)[-1]], named)
    for several in ("oneOf", "anyOf"):
        if several in schema:
            return sample(min(schema[several], key=_length), named)
    if "enum" in schema or "const" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = schema.get("type", "string")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return _object(schema, named)
    if kind == "array":
        items = schema.get("prefixItems") or [schema.get("items", {})] * schema.get("minItems", 1)
        return [sample(item, named) for item in items]
    return max(PLAIN[kind], schema["minimum"]) if "minimum" in schema else PLAIN[kind]


def _length(schema: Schema) -> int:
    """How much there is to read in a choice: a long list of points is shown as the null that it may be as well."""
    if schema.get("type") == "null":
        return 1
    return 0 if schema.get("minItems", 1) <= MOST_ITEMS else 2


def _object(schema: Schema, named: Mapping[str, Schema]) -> dict[str, Any]:
    """All of its properties, and those that it asks for without describing each."""
    described, others = schema.get("properties", {}), schema.get("additionalProperties")
    further = others if isinstance(others, dict) else {}
    names = dict.fromkeys([*described, *schema.get("required", [])])
    return {name: sample(described.get(name, further), named) for name in names}


def command(root: str, method: str, path: str, operation: Mapping[str, Any], named: Mapping[str, Schema]) -> str:
    """The curl command for an operation of the service at `root`; words in capitals are for people to fill in."""
    words = ["curl", *_options(method, operation, named), quote(root.rstrip("/") + _filled(path) + _query(operation))]
    return " ".join(words)


def _options(method: str, operation: Mapping[str, Any], named: Mapping[str, Schema]) -> Iterator[str]:
    bodies = operation.get("requestBody", {}).get("content", {})
    if method not in ("GET", "POST") or (method == "POST" and not bodies):
        yield f"-X {method}"
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "header" and parameter.get("required"):
            yield f"-H {quote(parameter['name'] + ': ' + parameter['name'].upper())}"
    yield from _body(bodies, named)
    kinds = [
        kind for status, answer in operation["responses"].items() if status < "3" for kind in answer.get("content", {})
    ]
    yield from ["-N"] if set(kinds) & set(ENDLESS) else []
    yield from [f"-o {SAVED[kind]}" for kind in kinds[:1] if kind in SAVED]


def _body(bodies: Mapping[str, Any], named: Mapping[str, Schema]) -> Iterator[str]:
    for kind, sent in FILES.items():
        if kind in bodies:
            yield sent
            return
    for kind, body in bodies.items():
        value = json.dumps(sample(body["schema"], named), ensure_ascii=False)
        yield f"--json {quote(value)}" if kind == "application/json" else f"-H 'Content-Type: {kind}' --data ''"
        return


def _filled(path: str) -> str:
    return "/".join(part[1:-1].upper() if part.startswith("{") else part for part in path.split("/"))


def _query(operation: Mapping[str, Any]) -> str:
    needed = [one["name"] for one in operation.get("parameters", []) if one["in"] == "query" and one.get("required")]
    return "?" + "&".join(f"{name}={name.upper()}" for name in needed) if needed else ""
