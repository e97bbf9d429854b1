"""Small JSON bodies: an object with known keys, checked before anything is done."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from flask import request

from fer_web.analysis.present import Json
from fer_web.errors import RequestError

# Names, notes and markers; nobody may fill the memory with more.
BODY_BYTES = 16_384
NAME_LENGTH = 200
TEXT_LENGTH = 500


def read_object(known: Iterable[str]) -> Json:
    """The request's JSON object; an empty body is an empty one. RequestError for anything else and for other keys."""
    request.max_content_length = BODY_BYTES
    body = request.get_data(cache=False)
    if not body:
        return {}
    if request.mimetype != "application/json":
        raise RequestError("unsupported_media_type", "the body must be JSON, with Content-Type: application/json")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError("bad_json", f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise RequestError("bad_json", "the JSON must be an object")
    unknown = sorted(set(value) - set(known))
    if unknown:
        wrong = ", ".join(map(repr, unknown))
        raise RequestError("unknown_parameter", f"unknown JSON key {wrong}; known: {', '.join(known)}")
    return value


def line_of(value: Any, name: str, longest: int, *, default: str | None = None) -> str:
    """One line of text for people, without control characters; RequestError when it is none, empty or too long."""
    if value is None or value == "":
        if default is not None:
            return default
        raise RequestError("bad_parameter", f"{name} must not be empty")
    if not isinstance(value, str):
        raise RequestError("bad_parameter", f"{name} must be a text")
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in value).split())
    if not line:
        return line_of("", name, longest, default=default)
    if len(line) > longest:
        raise RequestError("bad_parameter", f"{name} has {len(line)} characters; {longest} are allowed")
    return line


def number_of(name: str, default: int, *, most: int) -> int:
    """A whole number of the query, 0 or more; RequestError for anything else."""
    text = request.args.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or int(text[:12]) > most:
        raise RequestError("bad_parameter", f"{name} must be a whole number from 0 to {most}, not {text[:40]!r}")
    return int(text)
