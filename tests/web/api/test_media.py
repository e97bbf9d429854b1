"""Every file of the photo collection through the real vision: what dlib can see is found, the rest refused rightly."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.client import make_app

pytestmark = pytest.mark.media

# Everything else is answered.
REFUSED = {
    "derived/empty.jpg": (400, "empty"),
    "derived/not_an_image.jpg": (415, "not_an_image"),
    "derived/obama_truncated_half.jpg": (422, "image_truncated"),
    "pillow/broken.png": (415, "not_an_image"),
    "pillow/broken_data_stream.png": (422, "image_truncated"),
    "pillow/decompression_bomb.gif": (413, "too_many_pixels"),
    "pillow/decompression_bomb.ico": (415, "unsupported_format"),
    "pillow/hopper_merged.psd": (415, "unsupported_format"),
    "pillow/truncated_image.png": (422, "image_truncated"),
    "pillow/ultrahdr.jpg": (422, "image_truncated"),
    "pillow/zero_width.gif": (415, "not_an_image"),
}
OPTIONAL = {"pillow/hopper.avif"}  # read where Pillow was built with AVIF
# A dog's face is one to YuNet; dlib overlooks the wrestler among the bald men, and a face that its picture cuts off.
MORE = {"dlib/dogs.jpg": 1, "dlib/bald_guys.jpg": 25, "exif-samples/image01088.jpg": 1}
UNCOUNTED = {"pillow/truncated_jpeg.jpg"}  # nearly all of it is there, but whoever counted faces could not read it


@pytest.fixture(scope="module")
def rows(media: Path) -> list[dict[str, str]]:
    with (media / "photos" / "manifest.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def real(every_vision: Any) -> FlaskClient:
    return make_app(every_vision).test_client()


@pytest.fixture(scope="module")
def answers(real: FlaskClient, rows: list[dict[str, str]], media: Path) -> dict[str, Any]:
    return {
        row["file"]: real.post(
            "/predict", data=(media / "photos" / row["file"]).read_bytes(), content_type="application/octet-stream"
        )
        for row in rows
    }


def test_every_file_gets_an_answer_or_the_right_refusal(answers: dict[str, Any]) -> None:
    refused = {
        name: (answer.status_code, answer.get_json()["error"]["code"])
        for name, answer in answers.items()
        if answer.status_code != 200 and name not in OPTIONAL
    }

    assert refused == {name: refusal for name, refusal in REFUSED.items() if name in answers}


def test_as_many_faces_are_found_as_are_there_and_dlib_can_see(
    answers: dict[str, Any], rows: list[dict[str, str]]
) -> None:
    """Where people and dlib count differently (a dark face, a double detection), a number between theirs is right."""
    wrong = {}
    for row in rows:
        answer = answers[row["file"]]
        if answer.status_code != 200 or row["file"] in UNCOUNTED:
            continue
        counted = [int(row[column]) for column in ("faces_visible", "dlib_hog_up1") if row[column]]
        counted.append(MORE.get(row["file"], counted[0]))
        found = len(answer.get_json()["results"])
        if not min(counted) <= found <= max(counted):
            wrong[row["file"]] = (found, counted)

    assert wrong == {}


def test_the_largest_face_comes_first_everywhere(answers: dict[str, Any]) -> None:
    for name, answer in answers.items():
        faces = answer.get_json().get("results", [])
        areas = [face["region"]["w"] * face["region"]["h"] for face in faces]
        assert areas == sorted(areas, reverse=True), name
        assert [face["face_id"] for face in faces] == list(range(len(faces))), name


def test_a_turned_picture_has_its_face_where_the_upright_one_has_it(answers: dict[str, Any]) -> None:
    """`hopper_orientation_N.jpg` all show the same picture once EXIF is applied."""
    regions = [
        list(answers[f"pillow/hopper_orientation_{number}.jpg"].get_json()["results"][0]["region"].values())
        for number in range(2, 9)
    ]

    assert all(abs(one - other) <= 3 for region in regions for one, other in zip(region, regions[0], strict=True))
