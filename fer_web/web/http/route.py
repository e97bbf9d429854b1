"""A route is declared once, at its view: what is sent, what is answered, how it refuses.

From the declaration come the checks of query and body, before the view runs, and /openapi.json (`openapi`). A view gets
`query` and `body` as models, next to what its path holds, and answers with a model, or a response of its own:

    @route(bp, "/api/jobs/<job>", answers={200: Reply("The job.", JobStatus)}, refuses=(NoJob, StoreError))
    def job(job: str) -> JobStatus:
        '''How far a video is.'''

The docstring is the route's description: its first paragraph says what the route is for.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeAlias, TypeVar

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue
from pydantic import BaseModel

from fer_web.errors import FerError
from fer_web.web.http.bodies import read_json, read_query

Schema: TypeAlias = dict[str, Any]
Refusal: TypeAlias = "type[FerError] | str"  # a class, or one of the codes that a class can have
View = TypeVar("View", bound=Callable[..., Any])

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
TEXT: Schema = {"type": "string"}
OBJECT: Schema = {"type": "object"}
# `format` is for programs that were written for OpenAPI 3.0, as makers of clients are.
BYTES: Schema = {"type": "string", "format": "binary", "contentMediaType": "application/octet-stream"}
IMAGE: Schema = {**BYTES, "description": "The picture's bytes."}
# What can be wrong with a body in JSON.
BODY_REFUSALS = ("bad_json", "unknown_parameter", "bad_parameter", "unsupported_media_type", "image_too_large")
ROUTE = "__route__"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a status means, and what comes with it: JSON of one of the `models`, or a body of another `kind`.

    `inside` are the models of JSON that such a body holds, as events do.
    """

    meaning: str
    models: type[BaseModel] | tuple[type[BaseModel], ...] = ()
    kind: str = ""
    schema: Schema = field(default_factory=lambda: TEXT)
    inside: tuple[type[BaseModel], ...] = ()


PAGE: Mapping[int, Reply] = {200: Reply("A page.", kind="text/html")}


@dataclass(frozen=True, slots=True)
class Header:
    """A header that is part of the request."""

    name: str
    meaning: str
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """A body that its view reads itself: what each content type holds."""

    kinds: Mapping[str, type[BaseModel] | Schema]


@dataclass(frozen=True, slots=True)
class RouteContract:
    """What was declared of one path and method."""

    operation: str
    told: str
    answers: Mapping[int, Reply]
    query: type[BaseModel] | None = None
    body: type[BaseModel] | Body | None = None
    headers: tuple[Header, ...] = ()
    refuses: tuple[Refusal, ...] = ()


def route(
    bp: Blueprint,
    path: str,
    method: str = "GET",
    *,
    answers: Mapping[int, Reply],
    query: type[BaseModel] | None = None,
    body: type[BaseModel] | Body | None = None,
    headers: tuple[Header, ...] = (),
    refuses: tuple[Refusal, ...] = (),
    operation: str = "",
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
    **options: Any,
) -> Callable[[View], View]:
    """Serve the view at `path`; the view itself stays as it is, so that it can have a second path.

    `operation` names that one; else it is the function's name. `around` is entered before anything is read of the
    request, and left after it was answered or refused.
    """

    def declare(view: View) -> View:
        declared = RouteContract(
            operation or view.__name__, inspect.getdoc(view) or "", answers, query, body, headers, refuses
        )

        @wraps(view)
        def checked(**values: Any) -> ResponseReturnValue:
            with around():
                if query is not None:
                    values["query"] = read_query(query)
                if isinstance(body, type):
                    values["body"] = read_json(body)
                return _response(view(**values), answers)

        setattr(checked, ROUTE, declared)
        bp.add_url_rule(path, declared.operation, checked, methods=[method], **options)
        return view

    return declare


def route_of(view: Callable[..., Any]) -> RouteContract | None:
    """What was declared of a view that an application serves."""
    declared: RouteContract | None = getattr(view, ROUTE, None)
    return declared


def _response(answer: Any, answers: Mapping[int, Reply]) -> ResponseReturnValue:
    """A model as JSON, with the status that it was declared for."""
    if not isinstance(answer, BaseModel):
        response: ResponseReturnValue = answer
        return response
    status = next(status for status, told in answers.items() if type(answer) in models_of(told))
    return jsonify(answer.model_dump(mode="json")), status


def models_of(answer: Reply) -> tuple[type[BaseModel], ...]:
    """The models of which an answer can be."""
    return answer.models if isinstance(answer.models, tuple) else (answer.models,)
