"""The contract of /predict holds whatever engine finds, marks and reads the faces."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import jsonschema
import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from fer_web.core import Frame, Pixels
from fer_web.vision import Analyzer
from tests.web.client import make_app


def png(pixels: Pixels) -> bytes:
    file = BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def client(every_vision: Analyzer) -> FlaskClient:
    return make_app(every_vision).test_client()


@pytest.fixture(scope="module")
def portrait(astronaut: Frame) -> bytes:
    return png(astronaut.pixels)


def ask(client: FlaskClient, image: bytes, query: str = "") -> dict[str, Any]:
    answer = client.post(f"/predict{query}", data=image, content_type="image/png")
    assert answer.status_code == 200, answer.get_json()
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.mark.parametrize("query", ["", "?upsample=0", "?landmarks=true&explain=true"])
def test_the_answer_is_what_its_description_says(client: FlaskClient, portrait: bytes, query: str) -> None:
    document = client.get("/openapi.json").get_json()
    schema = document["paths"]["/predict"]["post"]["responses"]["200"]["content"]["application/json"]["schema"]

    jsonschema.validate(ask(client, portrait, query), {**schema, "components": document["components"]})


def test_the_face_is_where_it_is_and_its_probabilities_sum_to_1(client: FlaskClient, portrait: bytes) -> None:
    (face,) = ask(client, portrait)["results"]

    region = face["region"]
    assert 150 < region["x"] < 200
    assert 50 < region["y"] < 110
    assert 80 < region["w"] < 150
    assert sum(face["emotions"].values()) == pytest.approx(1, abs=1e-5)
    assert face["dominant_emotion"] == max(face["emotions"], key=face["emotions"].get)
    assert 0.5 < face["face_confidence"] <= 1


def test_there_are_68_landmarks_where_the_engine_places_some(
    every_vision: Analyzer, client: FlaskClient, portrait: bytes
) -> None:
    (face,) = ask(client, portrait, "?landmarks=true")["results"]

    if every_vision.landmarks == "off":
        assert face["landmarks"] is None
        assert face["eyes"] is None
    else:
        points = np.array(face["landmarks"])
        assert points.shape == (68, 2)
        # The middles of the person's right and left eye, and of the mouth, in the portrait.
        eyes_and_mouth = [points[36:42].mean(axis=0), points[42:48].mean(axis=0), points[48:].mean(axis=0)]
        assert np.abs(np.array(eyes_and_mouth) - [[204, 102], [247, 104], [223, 145]]).max() < 5
        assert face["eyes"]["open"] is True


def test_the_heatmap_is_had_on_request(client: FlaskClient, portrait: bytes) -> None:
    (face,) = ask(client, portrait, "?explain=true")["results"]

    assert face["heatmap"].startswith("data:image/png;base64,")


def test_two_faces_come_largest_first(client: FlaskClient, astronaut: Frame) -> None:
    large = astronaut.pixels
    small = np.full((512, 300, 3), 128, np.uint8)
    small[100:356, :256] = large[:512:2, :512:2]
    two = np.concatenate([small, large], axis=1)

    faces = ask(client, png(two))["results"]

    assert [face["face_id"] for face in faces] == [0, 1]
    assert faces[0]["region"]["w"] > 1.7 * faces[1]["region"]["w"]


def test_a_picture_without_faces_has_none(client: FlaskClient) -> None:
    assert ask(client, png(np.full((240, 320, 3), 99, np.uint8)))["results"] == []


def test_a_close_crop_is_a_face(client: FlaskClient, astronaut: Frame) -> None:
    crop = np.ascontiguousarray(astronaut.pixels[70:190, 170:275])

    assert len(ask(client, png(crop))["results"]) == 1
