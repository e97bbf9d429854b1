"""A mask is changed by the API and holds for every picture of its camera from then on."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from PIL import Image

from fer_web.sources.masking import MASK_GRAY
from tests.web.api.test_visits import CountingVision
from tests.web.client import make_app

LEFT_HALF = [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]


@pytest.fixture
def client(tmp_path: Path) -> FlaskClient:
    return make_app(CountingVision(), cameras="door=demo:,desk=demo:", data_dir=tmp_path).test_client()


def picture(client: FlaskClient, camera: str) -> Any:
    answer = client.get(f"/cameras/{camera}/snapshot.jpg?overlay=")
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(io.BytesIO(answer.data)), int)


def is_hidden(pixels: Any) -> bool:
    left = pixels[40:, : pixels.shape[1] // 2 - 8]  # below the frames per second in the corner
    return bool((abs(left - MASK_GRAY) < 12).all())


def test_it_hides_its_part_of_its_cameras_snapshot_and_of_no_other(client: FlaskClient) -> None:
    assert client.get("/api/cameras/door/mask").get_json() == {"polygons": []}
    assert not is_hidden(picture(client, "door"))

    changed = client.put("/api/cameras/door/mask", json={"polygons": LEFT_HALF})

    assert changed.status_code == 200
    assert client.get("/api/cameras/door/mask").get_json() == {"polygons": LEFT_HALF}
    assert is_hidden(picture(client, "door"))
    assert not is_hidden(picture(client, "desk"))
    assert [camera["is_masked"] for camera in client.get("/api/cameras").get_json()["cameras"]] == [True, False]


def test_it_can_be_taken_away(client: FlaskClient) -> None:
    client.put("/api/cameras/door/mask", json={"polygons": LEFT_HALF})
    client.put("/api/cameras/door/mask", json={"polygons": []})

    assert client.get("/api/cameras/door/mask").get_json() == {"polygons": []}
    assert not is_hidden(picture(client, "door"))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "polygons"),
        ({"polygons": [[[0, 0], [1, 1]]]}, "polygon 1 must have 3 to 30 corners"),
        ({"polygons": "x"}, "a list of polygons"),
        ({"polygons": LEFT_HALF, "name": "x"}, "unknown JSON key 'name'"),
    ],
)
def test_a_wrong_one_is_refused_and_changes_nothing(client: FlaskClient, body: dict[str, Any], said: str) -> None:
    client.put("/api/cameras/door/mask", json={"polygons": LEFT_HALF})

    answer = client.put("/api/cameras/door/mask", json=body)

    assert answer.status_code == 400
    assert said in answer.get_json()["error"]["message"]
    assert client.get("/api/cameras/door/mask").get_json() == {"polygons": LEFT_HALF}


def test_a_camera_that_is_not_there_has_none(client: FlaskClient) -> None:
    assert client.put("/api/cameras/roof/mask", json={"polygons": []}).status_code == 404
    assert client.get("/cameras/roof/mask").status_code == 404


def test_with_a_token_only_who_has_it_may_change_a_mask(tmp_path: Path) -> None:
    client = make_app(token="correct horse battery staple", data_dir=tmp_path).test_client()

    assert client.put("/api/cameras/main/mask", json={"polygons": LEFT_HALF}).status_code == 401
    assert client.get("/cameras/main/mask").status_code == 303
    bearer = {"Authorization": "Bearer correct horse battery staple"}
    assert client.put("/api/cameras/main/mask", json={"polygons": LEFT_HALF}, headers=bearer).status_code == 200


def test_the_live_page_says_that_a_mask_is_on(client: FlaskClient) -> None:
    assert "Parts of this picture are hidden" not in client.get("/?camera=door").text
    client.put("/api/cameras/door/mask", json={"polygons": LEFT_HALF})
    assert "Parts of this picture are hidden" in client.get("/?camera=door").text


def test_the_page_waits_for_the_operators_notice(tmp_path: Path) -> None:
    client = make_app(notice="We film here.", data_dir=tmp_path).test_client()

    assert "We film here." in client.get("/cameras/main/mask").text


def test_a_guest_may_not_change_what_is_hidden(tmp_path: Path) -> None:
    tokens = {"token": "correct horse battery staple", "guest_token": "another horse battery staple"}
    client = make_app(**tokens, data_dir=tmp_path).test_client()
    bearer = {"Authorization": f"Bearer {tokens['guest_token']}"}

    answer = client.put("/api/cameras/main/mask", json={"polygons": []}, headers=bearer)

    assert answer.status_code == 403
    assert answer.get_json()["error"]["code"] == "operator_only"
