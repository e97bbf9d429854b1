"""A toy route, declared once: what is sent is checked, what is answered gets its status, and all of it is described."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient
from pydantic import BeforeValidator, Field

from fer_web.errors import NoJob
from fer_web.web.http.bodies import Flag, JsonBody, JsonObject, Name, Otherwise, StrictQuery, digits, truth
from fer_web.web.http.openapi import document_of
from fer_web.web.http.route import Reply, route
from tests.web.client import make_app

steps: list[str] = []


class WishQuery(StrictQuery):
    size: Annotated[int, Field(ge=1, le=30, strict=True), BeforeValidator(digits)] = 3
    """How large."""
    speed: Annotated[float, Field(gt=0, le=9)] | None = None
    color: Literal["red", "blue"] = "red"
    is_loud: Flag = False


class NewWish(JsonBody):
    """What is wished."""

    name: Name
    note: Name = ""
    sure: Annotated[Literal[True], BeforeValidator(truth), Otherwise("consent_required", "say that you are sure")]


class WishJson(JsonObject):
    """A wish that was heard."""

    name: str
    size: int


def toy() -> Blueprint:
    bp = Blueprint("toy", __name__)

    @contextmanager
    def around() -> Iterator[None]:
        steps.append("before")
        try:
            yield
        finally:
            steps.append("after")

    @route(
        bp,
        "/toys/<toy>",
        "POST",
        query=WishQuery,
        body=NewWish,
        answers={201: Reply("It was heard.", WishJson)},
        refuses=(NoJob,),
        around=around,
    )
    def wish(toy: str, query: WishQuery, body: NewWish) -> WishJson:
        """Wish for a toy.

        Toys are made
        as they are wished for.
        """
        steps.append("view")
        return WishJson(name=f"{toy} for {body.name}", size=query.size)

    return bp


@pytest.fixture
def app() -> Flask:
    steps.clear()
    app = make_app()
    app.register_blueprint(toy())
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def ask(client: FlaskClient, query: str = "", **body: Any) -> tuple[int, Any]:
    answer = client.post(f"/toys/bear{query}", json={"name": "Ann", "sure": True, **body})
    return answer.status_code, answer.get_json()


def test_a_view_gets_its_path_query_and_body_and_its_answer_the_declared_status(client: FlaskClient) -> None:
    assert ask(client, "?size=7") == (201, {"name": "bear for Ann", "size": 7})


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?size=0", "size must be a whole number from 1 to 30, not '0'"),
        ("?size=31", "size must be a whole number from 1 to 30, not '31'"),
        ("?size=1.5", "size must be a whole number from 1 to 30, not '1.5'"),
        ("?size=%2B3", "size must be a whole number from 1 to 30, not '+3'"),
        ("?size=" + "9" * 5000, f"size must be a whole number from 1 to 30, not '{'9' * 40}'"),
        ("?size=1&size=2", "size must be given once, not 2 times"),
        ("?speed=nan", "speed must be a number above 0 and up to 9, not 'nan'"),
        ("?speed=fast", "speed must be a number above 0 and up to 9, not 'fast'"),
        ("?color=green", "color must be 'red' or 'blue', not 'green'"),
        ("?is_loud=yes", "is_loud must be true or false, not 'yes'"),
        ("?colour=red", "unknown parameter 'colour'; known: size, speed, color, is_loud"),
    ],
)
def test_a_wrong_parameter_is_refused_with_what_is_taken(client: FlaskClient, query: str, sentence: str) -> None:
    status, answer = ask(client, query)

    assert (status, answer["error"]["message"]) == (400, sentence)
    assert "view" not in steps


@pytest.mark.parametrize(
    ("body", "code", "sentence"),
    [
        ({"name": ""}, "bad_parameter", "name must not be empty"),
        ({"name": " \n\t"}, "bad_parameter", "name must not be empty"),
        ({"name": None}, "bad_parameter", "name must not be empty"),
        ({"name": 7}, "bad_parameter", "name must be a text, not '7'"),
        ({"name": "x" * 201}, "bad_parameter", "name has 201 characters; 200 are allowed"),
        ({"sure": 1}, "consent_required", "say that you are sure"),
        ({"sure": None}, "consent_required", "say that you are sure"),
        ({"nam": "Ann"}, "unknown_parameter", "unknown JSON key 'nam'; known: name, note, sure"),
    ],
)
def test_a_wrong_body_is_refused_with_what_is_taken(
    client: FlaskClient, body: dict[str, Any], code: str, sentence: str
) -> None:
    _, answer = ask(client, **body)

    assert answer["error"] == {"code": code, "message": sentence}


def test_texts_become_one_line(client: FlaskClient) -> None:
    assert ask(client, name=" Ann\n\x1b[1m  B. ")[1]["name"] == "bear for Ann [1m B."


def test_what_stands_around_sees_refusals_too(client: FlaskClient) -> None:
    ask(client)
    ask(client, "?size=0")

    assert steps == ["before", "view", "after", "before", "after"]


def test_the_declaration_is_the_description(app: Flask) -> None:
    document = document_of(app)

    operation = document["paths"]["/toys/{toy}"]["post"]
    assert (operation["operationId"], operation["summary"], operation["description"]) == (
        "wish",
        "Wish for a toy.",
        "Toys are made as they are wished for.",
    )
    assert [one["name"] for one in operation["parameters"]] == ["toy", "size", "speed", "color", "is_loud"]
    assert operation["parameters"][1] == {
        "name": "size",
        "in": "query",
        "required": False,
        "description": "How large.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 30, "default": 3},
    }
    assert {"no_job", "bad_json", "bad_parameter", "token_required"} <= codes_of(operation)
    assert document["components"]["schemas"]["NewWish"]["required"] == ["name", "sure"]
    assert document["components"]["schemas"]["Wish"]["properties"]["size"] == {"type": "integer"}


class LabRow(JsonObject):
    """A name that `LabRowJson` has in the description."""


def test_two_models_of_one_name_are_noticed(app: Flask) -> None:
    bp = Blueprint("other", __name__)

    @route(bp, "/other", answers={200: Reply("A row.", LabRow)})
    def other() -> LabRow:
        """A row."""
        return LabRow()

    app.register_blueprint(bp)

    with pytest.raises(ValueError, match="LabRow, LabRowJson"):
        document_of(app)


def codes_of(operation: dict[str, Any]) -> set[str]:
    """The codes of all refusals that an operation is said to have."""
    told = [one["description"] for one in operation["responses"].values()]
    return {code for text in told for code in text.removeprefix("Refused: ").removesuffix(".").split(", ")}
