"""/openapi.json (OpenAPI 3.1), made from what `route` was told; the guard's tables say what every request meets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from fer_web import __version__
from fer_web.web.http.bodies import without_null
from fer_web.web.http.errors import STATUSES, ErrorJson
from fer_web.web.http.route import BODY_REFUSALS, JSON, Body, Refusal, Reply, RouteContract, Schema, models_of, route_of
from fer_web.web.security.guard import PAGES, WITHOUT_TOKEN

DESCRIPTION = """Finds the faces in images and live video, and says what they express and when they blink.

Coordinates are pixels of the image as sent, after applying its EXIF rotation. Probabilities are 0 to 1 and sum to 1. \
Left and right are the person's. Expressions are what a face shows, not what somebody feels.

When the service has a token, send it as "Authorization: Bearer …" or as the Basic password, or log in at /login \
for a cookie. Requests under \
another host name than the service's, and requests from other websites' pages, are refused.

Images are analyzed in memory and forgotten; image addresses are never fetched. Recordings contain only numbers, and \
need consent."""

OPEN: list[dict[str, list[str]]] = [{}]  # no token needed
NAMED = "#/components/schemas/{model}"
# Requests can meet these: all of them, those that change something, those that need the token.
ALWAYS, CHANGING = ("wrong_host",), ("cross_site",)
GUARDED = (
    *("wrong_host", "cross_site", "local_only", "token_required", "wrong_token"),
    *("too_many_attempts", "too_many_requests"),
)
LOGIN = Reply("To /login, if the service has a token and the browser is not logged in.")


@lru_cache(maxsize=1)
def document_of(app: Flask) -> dict[str, Any]:
    """The description of all routes that an application serves."""
    routes = list(_routes(app))
    paths: dict[str, dict[str, Any]] = {}
    for rule, route in routes:
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
            paths.setdefault(path, {})[method.lower()] = _operation(rule, route, method)
    return {
        "openapi": "3.1.0",
        "info": {"title": "FER Web", "version": __version__, "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"basic": []}, {"cookie": []}, {}],
        "paths": paths,
        "components": {
            "schemas": _schemas(route for _, route in routes),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic", "description": "Any user, the token as the password."},
                "cookie": {"type": "apiKey", "in": "cookie", "name": "fer_session"},
            },
        },
    }


def _routes(app: Flask) -> Iterator[tuple[Rule, RouteContract]]:
    for rule in app.url_map.iter_rules():
        declared = route_of(app.view_functions[rule.endpoint])
        if declared is not None:
            yield rule, declared


def _operation(rule: Rule, route: RouteContract, method: str) -> dict[str, Any]:
    summary, _, rest = route.told.partition("\n\n")
    description, is_open = _flowing(rest), rule.endpoint in WITHOUT_TOKEN
    return {
        "operationId": route.operation,
        "summary": _flowing(summary),
        **({"description": description} if description else {}),
        **({"security": OPEN} if is_open else {}),
        **_listed("parameters", [*_of_path(rule), *_of_query(route), *_of_headers(route)]),
        **_listed("requestBody", _request_body(route)),
        "responses": _responses(rule, route, method),
    }


def _listed(name: str, value: Any) -> dict[str, Any]:
    return {name: value} if value else {}


def _flowing(text: str) -> str:
    """A docstring's lines as one."""
    return " ".join(text.split())


# What a path names by something else than an id.
_NAMED = {"name": "The camera's name.", "file": "The file's name."}


def _of_path(rule: Rule) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"<(?:\w+:)?(\w+)>", rule.rule):
        meaning = _NAMED.get(name, f"The {name}'s id.")
        yield _parameter(name, "path", meaning, {"type": "string"}, is_required=True)


def _of_query(route: RouteContract) -> Iterator[dict[str, Any]]:
    if route.query is None:
        return
    whole = _plain(route.query.model_json_schema())
    for name, found in whole["properties"].items():
        schema = _inlined(found, whole.get("$defs", {}))
        meaning = schema.pop("description", "")
        yield _parameter(name, "query", meaning, schema, is_required=name in whole.get("required", ()))


def _of_headers(route: RouteContract) -> Iterator[dict[str, Any]]:
    for header in route.headers:
        yield _parameter(header.name, "header", header.meaning, {"type": "string"}, is_required=header.is_required)


def _parameter(name: str, place: str, meaning: str, schema: Schema, *, is_required: bool) -> dict[str, Any]:
    return {"name": name, "in": place, "required": is_required, "description": meaning, "schema": schema}


def _inlined(schema: Schema, definitions: dict[str, Schema]) -> Schema:
    """A parameter's schema with the enumeration that it refers to; one that may be left out is never null."""
    rest = {key: value for key, value in schema.items() if key not in ("$ref", "anyOf")}
    one = without_null(schema)
    found = definitions[one["$ref"].rsplit("/", 1)[-1]] if "$ref" in one else one
    return {**found, **rest}


def _request_body(route: RouteContract) -> dict[str, Any]:
    if route.body is None:
        return {}
    kinds = route.body.kinds if isinstance(route.body, Body) else {JSON: route.body}
    return {"required": True, "content": {kind: {"schema": _schema(held)} for kind, held in kinds.items()}}


def _responses(rule: Rule, route: RouteContract, method: str) -> dict[str, Any]:
    statuses = {str(status): _answer(answer) for status, answer in route.answers.items()}
    if rule.endpoint in PAGES:
        statuses["303"] = _answer(LOGIN)
    return {**_refusals(_codes(rule, route, method)), **statuses}


def _answer(answer: Reply) -> dict[str, Any]:
    models = models_of(answer)
    if not models and not answer.kind:
        return {"description": answer.meaning}
    refs = [_schema(model) for model in models]
    schema = answer.schema if not refs else refs[0] if len(refs) == 1 else {"oneOf": refs}
    return {"description": answer.meaning, "content": {answer.kind or JSON: {"schema": schema}}}


def _codes(rule: Rule, route: RouteContract, method: str) -> Iterator[str]:
    """The codes of all refusals that can come."""
    yield from (ALWAYS if method == "GET" else ALWAYS + CHANGING) if rule.endpoint in WITHOUT_TOKEN else GUARDED
    yield from map(code_of_refusal, route.refuses)
    if route.query is not None:
        yield "bad_parameter"
        if route.query.model_config.get("extra") == "forbid":
            yield "unknown_parameter"
    if isinstance(route.body, type):
        yield from BODY_REFUSALS


def code_of_refusal(refusal: Refusal) -> str:
    return refusal if isinstance(refusal, str) else refusal.code


def _refusals(codes: Iterable[str]) -> dict[str, Any]:
    """By status, with the codes that each can hold."""
    statuses: dict[str, list[str]] = {}
    for code in dict.fromkeys(codes):
        statuses.setdefault(str(STATUSES[code]), []).append(code)
    answers = {status: Reply(f"Refused: {', '.join(names)}.", ErrorJson) for status, names in sorted(statuses.items())}
    return {status: _answer(answer) for status, answer in answers.items()}


def _schema(held: type[BaseModel] | Schema) -> Schema:
    return {"$ref": NAMED.format(model=_named(held.__name__))} if isinstance(held, type) else held


def _named(name: str) -> str:
    """`Face` for `FaceJson`: the program has another `Face`."""
    return name.removesuffix("Json")


def _schemas(routes: Iterable[RouteContract]) -> dict[str, Schema]:
    """Every model that a route takes or answers, by its name, with those inside of it."""
    models: set[type[BaseModel]] = {ErrorJson, *(model for route in routes for model in _models(route))}
    _, whole = models_json_schema([(model, "validation") for model in models], ref_template=NAMED)
    schemas = {_named(name): _plain(schema) for name, schema in sorted(whole["$defs"].items())}
    if len(schemas) < len(whole["$defs"]):
        raise ValueError(f"two models of one name in the API's description: {', '.join(sorted(whole['$defs']))}")
    return schemas


def _models(route: RouteContract) -> Iterator[type[BaseModel]]:
    for answer in route.answers.values():
        yield from (*models_of(answer), *answer.inside)
    held = route.body.kinds.values() if isinstance(route.body, Body) else [route.body]
    yield from (one for one in held if isinstance(one, type))


def _plain(schema: Any) -> Any:
    """Without titles, which only repeat names, and defaults that stand for 'left out'; descriptions in one line."""
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    texts = {"$ref": _named, "description": _flowing}
    return {
        key: texts[key](value) if key in texts and isinstance(value, str) else _plain(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value in (None, ""))
    }
