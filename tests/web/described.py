"""The description of the API, and whether values are as it says."""

from __future__ import annotations

from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from fer_web.web.http.openapi import document_of
from tests.web.client import make_app


@cache
def document() -> dict[str, Any]:
    """The service's description of its API."""
    return document_of(make_app())


def errors_in(value: Any, schema: dict[str, Any]) -> list[str]:
    """What is wrong with a value, by the schema and its references into the document."""
    whole = {**schema, "components": document()["components"]}
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(value)]


def schema_of(name: str) -> dict[str, Any]:
    """The schema of a named value."""
    return {"$ref": f"#/components/schemas/{name}"}
