"""Queries and small JSON bodies, checked by their models before anything is done; and what their models are made of.

A value that is not taken is refused in a sentence that names it and says what is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar, get_origin

from flask import request
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from fer_web.errors import RequestError

# Names, notes and markers; nobody may fill the memory with more.
BODY_BYTES = 16_384
SHOWN = 40  # characters of a wrong value
FLAGS = {"true": True, "false": False, "1": True, "0": False}
M = TypeVar("M", bound=BaseModel)


class JsonObject(BaseModel):
    """An object of the API: these properties and no others. What no step has found out is null."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class JsonBody(JsonObject):
    """What is sent in JSON: texts lose control characters and surplus blanks, and what is empty counts as left out."""

    @model_validator(mode="before")
    @classmethod
    def _cleaned(cls, values: dict[str, Any]) -> dict[str, Any]:
        lines = {name: line_of_text(value) if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in lines.items() if value not in (None, "")}


class Query(BaseModel):
    """Parameters after the question mark. Others are ignored: pages add some against caches."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)


class StrictQuery(Query):
    """Parameters of which a misspelled one would be missed: others are refused."""

    model_config = ConfigDict(extra="forbid")


@dataclass(frozen=True, slots=True)
class Otherwise:
    """How a field is refused that is missing or wrong, where that needs a code or a sentence of its own."""

    code: str
    sentence: str


def flag(value: Any) -> Any:
    """A truth as queries spell it, in any case; anything else stays as it is."""
    return FLAGS.get(value.lower(), value) if isinstance(value, str) and len(value) <= len("false") else value


def truth(value: Any) -> Any:
    """True or false of JSON; 1 is neither."""
    return value if isinstance(value, bool) else None


def digits(value: Any) -> Any:
    """A whole number without sign, point or blanks; longer ones than any limit stay text."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 12 else value


Flag = Annotated[bool, Field(strict=True), BeforeValidator(flag)]
Count = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Note = Annotated[str, Field(min_length=1, max_length=500)]


def read_query(model: type[M]) -> M:
    """The request's query; RequestError when a parameter is not known, given twice, or has another value.

    One that is declared as a tuple may be given several times.
    """
    given = dict(request.args.lists())
    repeated = {name for name, field in model.model_fields.items() if get_origin(field.annotation) is tuple}
    if model.model_config.get("extra") == "forbid":
        refuse_unknown(given, model.model_fields, "parameter")
    twice = [name for name, values in given.items() if len(values) > 1 and name in {*model.model_fields} - repeated]
    if twice:
        raise RequestError("bad_parameter", f"{twice[0]} must be given once, not {len(given[twice[0]])} times")
    return checked(model, {name: values if name in repeated else values[0] for name, values in given.items()})


def read_json(model: type[M]) -> M:
    """The request's JSON object; an empty body is an empty one. RequestError for anything else and for other keys."""
    request.max_content_length = BODY_BYTES
    body = request.get_data(cache=False)
    if body and request.mimetype != "application/json":
        raise RequestError("unsupported_media_type", "the body must be JSON, with Content-Type: application/json")
    try:
        value = json.loads(body or b"{}")
    except (ValueError, RecursionError) as error:
        raise RequestError("bad_json", f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise RequestError("bad_json", "the JSON must be an object")
    refuse_unknown(value, model.model_fields, "JSON key")
    return checked(model, value)


def refuse_unknown(names: Iterable[str], known: Iterable[str], kind: str) -> None:
    """RequestError when there is a name that is not known; it lists those that are."""
    unknown = sorted(set(names) - set(known))
    if unknown:
        wrong, right = ", ".join(map(repr, unknown)), ", ".join(known)
        raise RequestError("unknown_parameter", f"unknown {kind} {wrong}; known: {right}")


def checked(model: type[M], values: Mapping[str, Any]) -> M:
    """The values as the model; RequestError for the first one that it does not take."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _refusal(model, error.errors(include_url=False)[0]) from None


def _refusal(model: type[BaseModel], detail: ErrorDetails) -> RequestError:
    """The first thing that is wrong, as an error of ours."""
    name = str(detail["loc"][0])
    for extra in model.model_fields[name].metadata:
        if isinstance(extra, Otherwise):
            return RequestError(extra.code, extra.sentence)
    return RequestError("bad_parameter", _sentence(name, detail, model.model_json_schema()["properties"][name]))


def _sentence(name: str, detail: ErrorDetails, schema: dict[str, Any]) -> str:
    context, value = detail.get("ctx", {}), detail["input"]
    match detail["type"]:
        case "value_error":
            return str(context["error"])
        case "missing" | "string_too_short":
            return f"{name} must not be empty"
        case "string_too_long":
            return f"{name} has {len(value)} characters; {context['max_length']} are allowed"
    return f"{name} must be {context.get('expected') or _expected(schema)}, not {str(value)[:SHOWN]!r}"


def _expected(schema: dict[str, Any]) -> str:
    """What a field takes, in words."""
    schema = without_null(schema)
    match schema.get("type"):
        case "boolean":
            return "true or false"
        case "integer":
            return f"a whole number from {schema['minimum']} to {schema['maximum']}"
        case "number":
            return f"a number above {schema['exclusiveMinimum']:g} and up to {schema['maximum']:g}"
    return "a text"


def without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a value that may be left out, when it is there."""
    return next((one for one in schema.get("anyOf", ()) if one != {"type": "null"}), schema)


def line_of_text(text: str) -> str:
    """One line for people, without control characters."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
