"""POST /analyze takes what deepface's server documents, in its README, its Postman collection and its tests."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from fer_web.core import Frame
from fer_web.errors import ModelError
from fer_web.vision import Analyzer
from tests.web.client import FakeVision, face, make_app, picture
from tests.web.described import errors_in, schema_of

BASE64 = base64.b64encode(picture() + b"\xfb\xff\xbf\xfe\0").decode()  # every digit, and padding
URI = f"data:image/png;base64,{BASE64}"
EMOTION = ["emotion"]
FORM = "application/x-www-form-urlencoded"


def refusal(answer: Any, status: int = 400) -> str:
    body = answer.get_json()
    assert answer.status_code == status
    assert set(body) == {"error"}
    assert errors_in(body, schema_of("DeepfaceError")) == []
    return str(body["error"])


def results(answer: Any) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.get_json()
    assert errors_in(answer.get_json(), schema_of("DeepfaceResults")) == []
    return list(answer.get_json()["results"])


# The forms in which an image can come


@pytest.mark.parametrize("img", [BASE64, URI])
def test_json_holds_base64_or_a_data_uri(client: FlaskClient, img: str) -> None:
    body = {
        "img": img,
        "actions": ["emotion"],
        "detector_backend": "retinaface",
        "enforce_detection": True,
        "align": True,
        "anti_spoofing": False,
    }

    assert len(results(client.post("/analyze", json=body))) == 2


@pytest.mark.parametrize("actions", ['["emotion"]', "['emotion']", "('emotion',)", "emotion", " emotion "])
def test_a_form_holds_a_file_and_its_actions_as_text(client: FlaskClient, actions: str) -> None:
    form = {"img": (BytesIO(picture()), "test_image.jpg"), "actions": actions, "detector_backend": "mtcnn"}

    assert len(results(client.post("/analyze", content_type="multipart/form-data", data=form))) == 2


@pytest.mark.parametrize("kind", ["multipart/form-data", FORM])
@pytest.mark.parametrize("img", [BASE64, URI])
def test_a_form_holds_base64_as_text(client: FlaskClient, kind: str, img: str) -> None:
    assert len(results(client.post("/analyze", content_type=kind, data={"img": img, "actions": "emotion"}))) == 2


@pytest.mark.parametrize("img", [BASE64, URI])
def test_pluses_that_a_form_made_blanks_are_read(client: FlaskClient, img: str) -> None:
    body = f"actions=emotion&img={quote(img, safe='+/:;,=')}"
    assert "+" in body

    assert len(results(client.post("/analyze", content_type=FORM, data=body))) == 2


def test_a_forms_text_may_be_as_large_as_any_image(client: FlaskClient) -> None:
    text = base64.b64encode(picture() + bytes(2_000_000)).decode()  # werkzeug takes half a million unless told

    parts = [b'--x\r\nContent-Disposition: form-data; name="img"\r\n\r\n', text.encode()]
    parts += [b'\r\n--x\r\nContent-Disposition: form-data; name="actions"\r\n\r\nemotion\r\n--x--\r\n']

    for kind, body in (
        ("multipart/form-data; boundary=x", b"".join(parts)),
        (FORM, f"actions=emotion&img={quote(text)}".encode()),
    ):
        assert results(client.post("/analyze", content_type=kind, data=body))


# What is answered


def test_the_answer_has_deepfaces_keys(client: FlaskClient) -> None:
    (large, small) = results(client.post("/analyze", json={"img": BASE64, "actions": EMOTION}))

    assert list(large) == ["emotion", "dominant_emotion", "region", "face_confidence"]
    assert list(large["emotion"]) == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    assert large["emotion"]["happy"] == pytest.approx(70, abs=1e-3)
    assert sum(large["emotion"].values()) == pytest.approx(100, abs=1e-2)
    assert large["dominant_emotion"] == "happy"
    assert large["face_confidence"] == 0.97
    assert set(large["region"]) == {"x", "y", "w", "h", "left_eye", "right_eye"}
    assert [large["region"]["w"], small["region"]["w"]] == [30, 10]


def test_eyes_are_the_persons_in_pixels_of_the_image(vision: Analyzer, astronaut: Frame) -> None:
    from PIL import Image

    file = BytesIO()
    Image.fromarray(astronaut.pixels).save(file, "PNG")
    client = make_app(vision).test_client()
    form = {"img": (file, "a.png"), "actions": "emotion"}
    file.seek(0)

    (found,) = results(client.post("/analyze", content_type="multipart/form-data", data=form))

    region = found["region"]
    for x, y in (region["left_eye"], region["right_eye"]):
        assert region["x"] < x < region["x"] + region["w"]
        assert region["y"] < y < region["y"] + region["h"] / 2
    assert region["left_eye"][0] > region["right_eye"][0]  # of somebody who faces the camera
    assert found["emotion"][found["dominant_emotion"]] == max(found["emotion"].values())


def test_a_region_lies_in_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs cut it out; a negative index would cut something else."""
    from fer_web.core import FrameResult, Rect

    vision = FakeVision()
    monkeypatch.setattr(vision, "_analyze", lambda frame: FrameResult(frame, (face(Rect(-5, -3, 70, 20)),)))

    (found,) = results(make_app(vision).test_client().post("/analyze", json={"img": BASE64, "actions": EMOTION}))

    assert [found["region"][side] for side in "xywh"] == [0, 0, 60, 20]


def test_without_a_face_there_is_an_error_that_says_what_to_do(client: FlaskClient) -> None:
    black = base64.b64encode(picture(color="black")).decode()

    for body in ({}, {"enforce_detection": True}, {"enforce_detection": "true"}):
        answer = client.post("/analyze", json={"img": black, "actions": EMOTION, **body})
        assert "enforce_detection" in refusal(answer)


@pytest.mark.parametrize("value", [False, "false", "False"])
def test_without_a_face_the_whole_image_is_answered_if_wanted(client: FlaskClient, value: Any) -> None:
    black = base64.b64encode(picture(color="black")).decode()

    (whole,) = results(client.post("/analyze", json={"img": black, "actions": EMOTION, "enforce_detection": value}))

    assert whole["face_confidence"] == 0
    assert whole["region"] == {"x": 0, "y": 0, "w": 60, "h": 40, "left_eye": None, "right_eye": None}
    assert sum(whole["emotion"].values()) == pytest.approx(100, abs=1e-2)


def test_a_face_is_answered_as_a_face_whatever_is_enforced(client: FlaskClient) -> None:
    asked = {"img": BASE64, "actions": EMOTION}

    enforced, not_enforced = (
        results(client.post("/analyze", json={**asked, "enforce_detection": value})) for value in (True, False)
    )

    assert enforced == not_enforced


def test_options_without_effect_are_named_in_a_header(client: FlaskClient) -> None:
    asked = {"img": BASE64, "actions": EMOTION}

    plain = client.post("/analyze", json=asked)
    more = client.post(
        "/analyze", json={**asked, "detector_backend": "yolov8", "align": False, "expand_percentage": 10}
    )

    assert "Fer-Ignored" not in plain.headers
    assert more.headers["Fer-Ignored"] == "detector_backend, align, expand_percentage"
    assert more.get_json() == plain.get_json()


# What is refused


@pytest.mark.parametrize(
    "actions",
    [
        None,
        [],
        "",
        ["age"],
        ["emotion", "age"],
        ["age", "gender", "emotion", "race"],
        '["age", "gender"]',
        ["happiness"],
        [["emotion"]],
        {"emotion": 1},
        7,
    ],
)
def test_other_actions_are_refused_with_the_line_to_add(client: FlaskClient, actions: Any) -> None:
    body = {"img": BASE64} if actions is None else {"img": BASE64, "actions": actions}

    assert '"actions": ["emotion"]' in refusal(client.post("/analyze", json=body))


PATHS = [
    "dataset/img1.jpg",
    "/Users/sefik/Desktop/deepface/tests/dataset/couple.jpg",
    "/home/me/photo",  # base64 by chance
    "abcd",
    "C:\\photos\\me.jpg",
    "https://github.com/serengil/deepface/blob/master/tests/dataset/couple.jpg?raw=true",
    "http://127.0.0.1/a",
    "file:///etc/passwd",
    "ftp://host/a.png",
]


@pytest.mark.parametrize("img", PATHS)
def test_paths_and_addresses_are_never_opened(client: FlaskClient, img: str) -> None:
    for sent in ({"json": {"img": img, "actions": EMOTION}}, {"data": {"img": img, "actions": "emotion"}}):
        assert "never opened" in refusal(client.post("/analyze", **sent))


@pytest.mark.parametrize("img", [None, "", " ", 7, [BASE64], {"a": 1}])
def test_without_one_image_there_is_an_error(client: FlaskClient, img: Any) -> None:
    assert "img" in refusal(client.post("/analyze", json={"img": img, "actions": EMOTION}))
    assert "img" in refusal(client.post("/analyze", json={"actions": EMOTION}))


@pytest.mark.parametrize(
    "sent",
    [
        {"data": b"{", "content_type": "application/json"},
        {"data": b"[1]", "content_type": "application/json"},
        {"data": b"[" * 100_000, "content_type": "application/json"},
        {"data": b"", "content_type": "application/json"},
        {"data": json.dumps({"img": URI, "actions": EMOTION}), "content_type": FORM},
        {"data": picture(), "content_type": "image/png"},
        {"data": {"actions": "emotion"}, "content_type": "multipart/form-data"},
        {"json": {"img": URI, "actions": EMOTION, "anti_spoofing": True}},
        {"json": {"img": URI, "actions": EMOTION, "enforce_detection": "perhaps"}},
        {"json": {"img": "data:image/png,abc", "actions": EMOTION}},
        {"json": {"img": f"data:image/png;base64,{base64.b64encode(b'no image').decode()}", "actions": EMOTION}},
    ],
)
def test_what_is_not_understood_is_refused_in_a_sentence(client: FlaskClient, sent: dict[str, Any]) -> None:
    assert len(refusal(client.post("/analyze", **sent)).split()) > 4


def test_several_files_and_broken_ones_are_refused(client: FlaskClient) -> None:
    two = {"img": [(BytesIO(picture()), "a.png"), (BytesIO(picture()), "b.png")], "actions": "emotion"}
    broken = {"img": (BytesIO(b"no image"), "a.png"), "actions": "emotion"}
    empty = {"img": (BytesIO(b""), "a.png"), "actions": "emotion"}

    assert "one image" in refusal(client.post("/analyze", data=two))
    assert "never opened" not in refusal(client.post("/analyze", data=broken))
    assert "empty" in refusal(client.post("/analyze", data=empty))


def test_the_limits_of_predict_hold_here_too() -> None:
    small = make_app(image_max_bytes=1000).test_client()
    few = make_app(image_max_pixels=2000).test_client()

    assert small.post("/analyze", json={"img": "x" * 2000, "actions": EMOTION}).status_code == 413
    for kind in ("multipart/form-data", FORM):
        sent = {"img": "x" * 2000, "actions": "emotion"}
        assert small.post("/analyze", content_type=kind, data=sent).status_code == 413
    assert "pixels" in refusal(few.post("/analyze", json={"img": URI, "actions": EMOTION}))


def test_the_service_refuses_as_everywhere() -> None:
    guarded = make_app(token="sixteen letters or more").test_client()
    loading = make_app(ModelError("xception.keras was changed")).test_client()
    asked = {"img": URI, "actions": EMOTION}

    assert guarded.post("/analyze", json=asked).get_json()["error"]["code"] == "token_required"
    assert loading.post("/analyze", json=asked).status_code == 503
    assert guarded.post("/analyze", json=asked, headers={"Origin": "https://evil.example"}).status_code == 403


def test_nothing_is_told_of_a_bug(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.web.api.analyze.analyze_upload", lambda *_, **__: 1 / 0)

    answer = client.post("/analyze", json={"img": URI, "actions": EMOTION})

    assert answer.status_code == 500
    assert "ZeroDivision" not in answer.text


def test_the_whole_image_is_read_as_the_network_reads_faces(vision: Analyzer, astronaut: Frame) -> None:
    """A gray chip of the whole image, not its middle: a photo and its mirror image say the same."""
    import numpy as np

    mirrored = Frame(0, 0.0, np.ascontiguousarray(astronaut.pixels[:, ::-1]))

    one, other = vision.whole(astronaut), vision.whole(mirrored)

    assert one.face_confidence == 0
    assert one.region.size == astronaut.size
    assert one.scores is not None
    assert other.scores is not None
    assert one.scores.sum() == pytest.approx(1, abs=1e-5)
    assert np.allclose(one.scores, other.scores, atol=0.02)


def test_invited_pages_may_read_what_was_ignored() -> None:
    client = make_app(origins="https://app.example").test_client()
    asked = {"img": URI, "actions": EMOTION, "detector_backend": "mtcnn"}

    answer = client.post("/analyze", json=asked, headers={"Origin": "https://app.example"})

    assert "Fer-Ignored" in answer.headers["Access-Control-Expose-Headers"]
    assert answer.headers["Fer-Ignored"] == "detector_backend"
