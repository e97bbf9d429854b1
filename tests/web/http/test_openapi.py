"""The description of the API holds what the service does, and nothing else; so does docs/api.md."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from fer_web.core import Frame, FrameResult, Rect
from fer_web.live import LiveResult, Scene
from fer_web.sources import SourceState
from fer_web.web.api.described import PAGES, groups
from fer_web.web.api.samples import sample
from fer_web.web.http.errors import STATUSES
from fer_web.web.http.route import route_of
from fer_web.web.streaming.events import outcome_json, state_json
from tests.web.client import face, make_app, picture
from tests.web.described import document, errors_in, schema_of

API_PAGE = Path(__file__).resolve().parents[3] / "docs" / "api.md"
NO_ROUTES = {"static": "the files of pages", "pages.favicon": "one of them, by the name that browsers ask for"}


ROOT = "http://faces.example:5000/"


def operations() -> list[dict[str, Any]]:
    return [one for group in groups(document(), ROOT) for one in group.operations]


def test_every_address_is_declared_as_a_route_and_described(client: FlaskClient) -> None:
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.endpoint not in NO_ROUTES]

    undeclared = [rule.rule for rule in rules if route_of(client.application.view_functions[rule.endpoint]) is None]

    assert undeclared == []
    assert {(path, method.upper()) for path, methods in document()["paths"].items() for method in methods} == {
        (re.sub(r"<(\w+:)?(\w+)>", r"{\2}", rule.rule), method)
        for rule in rules
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_it_is_served_as_it_is(client: FlaskClient) -> None:
    assert client.get("/openapi.json").get_json() == document()


def test_it_is_valid_openapi() -> None:
    validate(document())


def test_each_operation_has_a_name_of_its_own_and_says_what_it_is_for() -> None:
    shown = operations()

    assert len({one["id"] for one in shown}) == len(shown)
    assert [one["id"] for one in shown if not one["summary"].endswith(".")] == []


def test_pages_stand_apart_from_what_programs_ask_for() -> None:
    kinds = {one["path"]: {kind for _, _, contents in one["answers"] for kind, _ in contents} for one in operations()}
    (pages,) = [group for group in groups(document(), ROOT) if group.title == PAGES]

    assert pages == groups(document(), ROOT)[-1]
    assert {one["path"] for one in pages.operations} >= {"/", "/videos", "/recordings", "/login"}
    assert [one["path"] for one in pages.operations if "text/csv" in kinds[one["path"]]] == []
    assert not {"/api/recordings", "/predict", "/stream"} & {one["path"] for one in pages.operations}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("predict", "curl -H 'Content-Type: image/jpeg' --data-binary @photo.jpg http://faces.example:5000/predict"),
        ("stream", "curl -N http://faces.example:5000/stream"),
        ("snapshot", "curl -o snapshot.jpg http://faces.example:5000/snapshot.jpg"),
        ("delete_recording", "curl -X DELETE http://faces.example:5000/api/recordings/RECORDING"),
        ("stop_recording", "curl -X POST http://faces.example:5000/api/recordings/RECORDING/stop"),
        ("compare", "curl 'http://faces.example:5000/api/recordings/compare?a=A&b=B'"),
        ("leave", "curl -X DELETE -H 'Fer-Visit: FER-VISIT' http://faces.example:5000/api/visits"),
    ],
)
def test_each_operation_comes_with_a_command(name: str, expected: str) -> None:
    (shown,) = [one for one in operations() if one["id"] == name]

    assert shown["command"] == expected


def test_what_is_typed_and_answered_as_json_fits_its_schema() -> None:
    described = document()
    named, checked = described["components"]["schemas"], 0
    for methods in described["paths"].values():
        for operation in methods.values():
            bodies = [operation.get("requestBody", {})]
            for one in [*bodies, *operation["responses"].values()]:
                schema = one.get("content", {}).get("application/json", {}).get("schema")
                if schema:
                    assert errors_in(sample(schema, named), schema) == [], operation["operationId"]
                    checked += 1
    assert checked > 30


ASKED = ["", "?landmarks=true", "?keypoints=true", "?explain=true", "?landmarks=mesh", "?movements=true"]


@pytest.mark.parametrize("query", ASKED)
def test_results_fit_their_schema(client: FlaskClient, query: str) -> None:
    answer = client.post(f"/predict{query}", data=picture(), content_type="image/png").get_json()

    assert answer["results"]
    assert errors_in(answer, schema_of("Result")) == []
    answer["results"][0]["surplus"] = 1
    assert errors_in(answer, schema_of("Result")) != []


def test_lists_of_results_and_refusals_fit_their_schema(client: FlaskClient) -> None:
    answer = client.post("/predict", json={"image": ["#", ""]}).get_json()

    assert errors_in(answer, schema_of("Results")) == []


def test_a_real_result_fits_its_schema(vision: Any, astronaut: Frame) -> None:
    from io import BytesIO

    from PIL import Image

    file = BytesIO()
    Image.fromarray(astronaut.pixels).save(file, "PNG")
    client = make_app(vision).test_client()

    answer = client.post("/predict?landmarks=true", data=file.getvalue(), content_type="image/png").get_json()

    assert len(answer["results"]) == 1
    assert errors_in(answer, schema_of("Result")) == []
    assert {"decode", "detect", "landmarks", "classify", "total"} <= set(answer["timing_ms"])


def test_live_frames_and_states_fit_their_schema(astronaut: Frame) -> None:
    result = FrameResult(astronaut, (face(Rect(0, 0, 9, 9), track_id=1),), {"detect": 1.0})
    outcome = LiveResult(astronaut, result, 12.5, 30.0)

    assert errors_in(outcome_json(outcome, "live"), schema_of("LiveFrame")) == []
    assert errors_in(state_json(Scene(SourceState("demo", "demo", ""), outcome)), schema_of("LiveState")) == []


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_fits_its_schema(client: FlaskClient, path: str) -> None:
    client.application.extensions["fer_web"].startup.vision(5)

    assert errors_in(client.get(path).get_json(), schema_of("Status")) == []


def test_refusals_fit_their_schema_and_stand_in_the_description() -> None:
    client = make_app(token="sixteen letters or more").test_client()

    answers = [client.get("/metrics"), client.get("/nothing"), client.get("/metrics", headers={"Host": "evil.example"})]

    for answer in answers:
        assert errors_in(answer.get_json(), schema_of("Error")) == []
        assert str(answer.status_code) in document()["paths"]["/metrics"]["get"]["responses"]


def test_the_page_shows_every_operation(client: FlaskClient) -> None:
    page = client.get("/docs").text

    for operation in operations():
        assert f'id="{operation["id"]}"' in page
        assert operation["summary"].replace("'", "&#39;") in page


def test_the_documentation_names_every_route_parameter_and_code_and_no_other() -> None:
    text = API_PAGE.read_text(encoding="utf-8")
    shown = operations()

    wanted = [f"`{parameter['name']}`" for one in shown for parameter in one["parameters"]]
    assert [one for one in wanted if one not in text] == []
    assert set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`?]*)`", text)) == {
        (one["method"], one["path"]) for one in shown
    }
    assert dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", text, re.MULTILINE)) == {
        code: str(status) for code, status in STATUSES.items()
    }
