"""The laboratory's page and its two answers, by a real vision of small untrained networks."""

from __future__ import annotations

import json
import logging
import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from fer_web import factory
from fer_web.core import Frame
from fer_web.vision import Analyzer
from tests.web.client import make_app, picture
from tests.web.described import errors_in, schema_of

BOTH = "models=xception,other"
RECORD = json.loads((factory.LAB_RUNS / "simple-cnn" / "run.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def models(tiny_models: Path, other_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models with the laboratory's beside them."""
    folder = tmp_path_factory.mktemp("with-lab") / "models"
    shutil.copytree(tiny_models, folder)
    shutil.copytree(other_models, folder / "lab")
    return folder


@pytest.fixture
def client(vision: Analyzer, models: Path) -> FlaskClient:
    return make_app(vision, models_dir=models).test_client()


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in place of the laboratory's runs."""
    monkeypatch.setattr(factory, "LAB_RUNS", tmp_path / "runs")
    return tmp_path / "runs"


@pytest.fixture(scope="module")
def portrait(astronaut: Frame) -> bytes:
    """A picture with two faces, the smaller one first from the left."""
    whole = Image.fromarray(astronaut.pixels)
    two = Image.new("RGB", (812, 512))
    two.paste(whole.crop((100, 0, 400, 300)).resize((240, 240)), (0, 100))
    two.paste(whole, (300, 0))
    file = BytesIO()
    two.save(file, "PNG")
    return file.getvalue()


def keep(runs: Path, name: str, **changes: Any) -> None:
    """A run's record in the folder."""
    (runs / name).mkdir(parents=True)
    (runs / name / "run.json").write_text(json.dumps({**RECORD, "name": name, **changes}), encoding="utf-8")


def compare(client: FlaskClient, query: str, body: bytes | None = None) -> Any:
    data = picture() if body is None else body
    return client.post(f"/api/lab/compare?{query}", data=data, content_type="application/octet-stream")


def test_results_and_models_fit_their_schema(client: FlaskClient) -> None:
    answer = client.get("/api/lab").get_json()

    assert errors_in(answer, schema_of("Lab")) == []
    assert [model["name"] for model in answer["models"]] == ["xception", "other"]
    ranks = [(len(row["expressions"]), row["private_test"]["accuracy"]) for row in answer["rows"]]
    assert {count for count, _ in ranks} == {7, 5}
    assert ranks == sorted(ranks, reverse=True)  # an easier task is not ranked among the others
    for row in answer["rows"]:
        assert len(row["confusion"]) == len(row["expressions"])
        assert row["private_test"]["low"] <= row["private_test"]["accuracy"] <= row["private_test"]["high"]
        assert all(count is None or isinstance(count, int) for count in row["epochs"].values())


def test_two_models_answer_about_the_same_faces(client: FlaskClient, portrait: bytes) -> None:
    response = compare(client, "models=other,xception", portrait)

    answer = response.get_json()
    assert response.status_code == 200
    assert errors_in(answer, schema_of("Comparison")) == []
    first, second = answer["models"]
    assert [first["name"], second["name"]] == ["other", "xception"]
    assert len(first["results"]) == 2
    assert first["results"][0]["region"]["w"] > first["results"][1]["region"]["w"]  # the largest face first
    for one, other in zip(first["results"], second["results"], strict=True):
        assert one["region"] == other["region"]
        assert one["emotions"] != other["emotions"]
        assert one["heatmap"].startswith("data:image/png;base64,")


def test_the_served_model_answers_as_it_does_elsewhere(client: FlaskClient, portrait: bytes) -> None:
    alone = client.post("/predict?explain=true", data=portrait, content_type="image/png").get_json()

    answer = compare(client, BOTH, portrait).get_json()

    assert answer["models"][0]["results"] == alone["results"]


def test_a_picture_without_faces_has_two_empty_answers(client: FlaskClient) -> None:
    answer = compare(client, BOTH).get_json()

    assert [model["results"] for model in answer["models"]] == [[], []]
    assert errors_in(answer, schema_of("Comparison")) == []


def test_a_part_of_each_face_is_hidden_from_both_models(client: FlaskClient, portrait: bytes) -> None:
    whole = compare(client, BOTH, portrait).get_json()

    answer = compare(client, f"{BOTH}&hide=0.1,0.6,0.8,0.4&difference=true", portrait).get_json()

    assert errors_in(answer, schema_of("Comparison")) == []
    assert len(answer["differences"]) == 2
    assert all(one.startswith("data:image/png;base64,") for one in answer["differences"])
    for before, after in zip(whole["models"], answer["models"], strict=True):
        for one, other in zip(before["results"], after["results"], strict=True):
            assert one["region"] == other["region"]  # faces are found in the whole picture
            assert one["emotions"] != other["emotions"]
            assert one["heatmap"] != other["heatmap"]
    assert "differences" not in whole


@pytest.mark.parametrize(
    ("hide", "sentence"),
    [
        ("mouth", "four numbers, left,top,width,height, as in ?hide=0.1,0.6,0.8,0.3, not 'mouth'"),
        ("0.1,0.1,0.2", "four numbers"),
        ("0.1,0.1,0.2,0.2,0.2", "four numbers"),
        ("1,2,3,4" * 5000, "four numbers"),
        ("-0.1,0.1,0.2,0.2", "each from 0 to 1"),
        ("nan,0,0.5,0.5", "each from 0 to 1"),
        ("0,0,inf,0.5", "each from 0 to 1"),
        ("12,28,24,16", "each from 0 to 1"),
        ("0.1,0.1,0,0.2", "width and height must be above 0"),
        ("0.5,0.1,0.6,0.2", "left + width and top + height must be at most 1"),
        ("0.1,0.8,0.5,0.3", "left + width and top + height must be at most 1"),
        ("0,0,1,1", "covers the whole face"),
    ],
)
def test_a_bad_part_is_refused_in_a_sentence(client: FlaskClient, hide: str, sentence: str) -> None:
    answer = compare(client, f"{BOTH}&hide={hide}")

    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"]) == (400, "bad_parameter")
    assert sentence in error["message"]
    assert len(error["message"]) < 200


@pytest.mark.parametrize("hide", ["0.7,0,0.3,1", "0.6,0.1,0.4,0.9", "0.333333,0,0.666667,0.5"])
def test_a_part_may_reach_the_edge(client: FlaskClient, hide: str) -> None:
    assert compare(client, f"{BOTH}&hide={hide}").status_code == 200


def test_the_projector_view_begins_with_two_models_that_there_are(client: FlaskClient) -> None:
    page = client.get("/lab/projector").text

    assert "<option selected>xception</option>" in page
    assert "<option selected>other</option>" in page
    assert client.get("/api/lab/example.png").mimetype == "image/png"
    assert client.get("/api/lab/example.png?face=frown").get_json()["error"]["code"] == "bad_parameter"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "bad_parameter"),
        ("models=", 400, "bad_parameter"),
        ("models=xception", 400, "bad_parameter"),
        ("models=xception,xception", 400, "bad_parameter"),
        ("models=xception,other,other", 400, "bad_parameter"),
        ("models=xception,nobody", 404, "unknown_model"),
        ("models=xception,../other", 404, "unknown_model"),
        (f"{BOTH}&explain=true", 400, "unknown_parameter"),
    ],
)
def test_what_cannot_be_compared_is_refused(client: FlaskClient, query: str, status: int, code: str) -> None:
    answer = compare(client, query)

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (status, code)
    assert errors_in(answer.get_json(), schema_of("Error")) == []


@pytest.mark.parametrize(
    ("body", "code"), [(b"", "empty"), (b"no picture", "not_an_image"), (picture()[:60], "image_truncated")]
)
def test_a_bad_picture_is_refused(client: FlaskClient, body: bytes, code: str) -> None:
    assert compare(client, BOTH, body).get_json()["error"]["code"] == code


def test_a_network_that_was_damaged_is_told_of(vision: Analyzer, models: Path, tmp_path: Path) -> None:
    mine = shutil.copytree(models, tmp_path / "mine")
    (mine / "lab" / "other.tflite").write_bytes(b"damaged")

    answer = compare(make_app(vision, models_dir=mine).test_client(), BOTH)

    assert answer.get_json()["error"]["code"] == "model_error"
    assert "it was changed" in answer.get_json()["error"]["message"]


def test_only_finished_runs_are_shown_and_broken_records_are_left_out(
    vision: Analyzer, models: Path, runs: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep(runs, "whole")
    keep(runs, "running", state="running")
    keep(runs, "quick", quick=True)
    keep(runs, "without", private_test={})
    (runs / "broken").mkdir()
    (runs / "broken" / "run.json").write_text('{"state": "fini')
    (runs / "list").mkdir()
    (runs / "list" / "run.json").write_text("[]")

    with caplog.at_level(logging.WARNING):
        rows = make_app(vision, models_dir=models).test_client().get("/api/lab").get_json()["rows"]

    assert [row["name"] for row in rows] == ["whole"]
    assert [name for name in ("broken", "list", "without") if name not in caplog.text] == []
    assert "running" not in caplog.text


def test_the_page_without_runs_says_how_to_make_one(vision: Analyzer, models: Path, runs: Path) -> None:
    assert not runs.exists()
    client = make_app(vision, models_dir=models).test_client()

    page = client.get("/lab")

    assert page.status_code == 200
    assert "fer_web lab run" in page.text
    assert 'id="matrices"' not in page.text
    assert client.get("/api/lab").get_json()["rows"] == []


def test_the_page_with_one_model_says_where_more_belong(vision: Analyzer, tiny_models: Path) -> None:
    page = make_app(vision, models_dir=tiny_models).test_client().get("/lab").text

    assert "there is only one" in page
    assert 'id="picker"' not in page
    projector = make_app(vision, models_dir=tiny_models).test_client().get("/lab/projector").text
    assert "there is only one" in projector
    assert "projector.js" not in projector


def test_the_page_shows_every_run_and_may_ask_for_the_camera(client: FlaskClient) -> None:
    page = client.get("/lab")

    assert "camera=(self)" in page.headers["Permissions-Policy"]
    for row in client.get("/api/lab").get_json()["rows"]:
        assert f'<th scope="row">{row["name"]}</th>' in page.text
