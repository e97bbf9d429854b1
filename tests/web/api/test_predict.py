from __future__ import annotations

import base64
import tempfile
from io import BytesIO
from threading import Barrier, Event, Thread
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from PIL import Image

from fer_web.core.keypoints import NAMES
from fer_web.errors import ModelError
from tests.web.client import FakeVision, make_app, picture

BASE64 = base64.b64encode(picture() + b"\xfb\xff\xbf\xfe\0").decode()  # every digit, and padding


def send(client: FlaskClient, data: Any = None, kind: str = "image/png", query: str = "") -> Any:
    return client.post(f"/predict{query}", data=picture() if data is None else data, content_type=kind)


def form(*files: bytes, field: str = "image") -> dict[str, Any]:
    return {"data": {field: [(BytesIO(file), f"{number}.png") for number, file in enumerate(files)]}}


def refusal(answer: Any) -> tuple[int, str]:
    body = answer.get_json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message"}
    assert len(body["error"]["message"]) > 10
    return answer.status_code, body["error"]["code"]


# The forms in which a picture can come


@pytest.mark.parametrize("kind", ["image/png", "image/jpeg", "application/octet-stream", None])
def test_a_raw_body_is_a_picture(client: FlaskClient, kind: str | None) -> None:
    answer = client.post("/predict", data=picture(), content_type=kind)

    assert answer.status_code == 200
    assert answer.get_json()["image"] == {"width": 60, "height": 40}


def test_a_form_holds_one_picture(client: FlaskClient) -> None:
    answer = client.post("/predict", **form(picture()))

    assert answer.status_code == 200
    assert len(answer.get_json()["results"]) == 2


UNPADDED = BASE64.rstrip("=")
URL_SAFE = BASE64.replace("+", "-").replace("/", "_")


@pytest.mark.parametrize(
    "text",
    [
        BASE64,
        UNPADDED,
        URL_SAFE,
        URL_SAFE.rstrip("="),
        f"data:image/png;base64,{BASE64}",
        f"data:image/png;base64,{URL_SAFE.rstrip('=')}",
        f"data:;base64,{BASE64}",
        f"DATA:IMAGE/PNG;BASE64,{BASE64}",
        f" \n\tdata:image/png;base64,{BASE64}\r\n",
        f"\ufeffdata:image/png; name=me.png; base64, {BASE64}",
        f"data:image/png;base64,{quote(BASE64, safe='')}",
        f" {BASE64}",
        f"\n{BASE64}\n",
        "\n".join((BASE64[:20], BASE64[20:])),
    ],
)
def test_json_holds_base64_or_a_data_uri(client: FlaskClient, text: str) -> None:
    answer = client.post("/predict", json={"image": text})

    assert answer.status_code == 200
    assert len(answer.get_json()["results"]) == 2


def test_several_files_get_an_answer_each_in_their_order(client: FlaskClient) -> None:
    answer = client.post("/predict", **form(picture(size=(30, 20)), picture(size=(50, 40))))

    assert [one["image"]["width"] for one in answer.get_json()["images"]] == [30, 50]


def test_a_json_list_gets_a_list_even_for_one_picture(client: FlaskClient) -> None:
    assert len(client.post("/predict", json={"image": [BASE64]}).get_json()["images"]) == 1
    assert len(client.post("/predict", json={"image": [BASE64, BASE64]}).get_json()["images"]) == 2


def test_a_refused_picture_does_not_lose_the_others(client: FlaskClient) -> None:
    answer = client.post("/predict", **form(picture(), b"no picture", b"", picture()))

    images = answer.get_json()["images"]
    assert answer.status_code == 200
    assert [one.get("error", {}).get("code") for one in images] == [None, "not_an_image", "empty", None]


def test_bad_base64_in_a_list_does_not_lose_the_others(client: FlaskClient) -> None:
    images = client.post("/predict", json={"image": ["#", BASE64]}).get_json()["images"]

    assert images[0]["error"]["code"] == "bad_base64"
    assert len(images[1]["results"]) == 2


# What is answered


def test_the_answer_has_the_contracts_keys(client: FlaskClient) -> None:
    answer = send(client).get_json()

    assert set(answer) == {"results", "image", "model", "timing_ms"}
    assert {"decode", "detect", "landmarks", "classify", "total"} <= set(answer["timing_ms"])
    assert answer["model"] == {"name": "fake", "version": "1"}
    assert sum(answer["results"][0]["emotions"].values()) == pytest.approx(1, abs=1e-5)


def test_the_largest_face_comes_first_and_ids_are_places(client: FlaskClient) -> None:
    faces = send(client).get_json()["results"]

    assert [face["region"]["w"] for face in faces] == [30, 10]
    assert [face["face_id"] for face in faces] == [0, 1]


def test_emotions_stand_in_the_order_of_the_contract(client: FlaskClient) -> None:
    emotions = send(client).get_json()["results"][0]["emotions"]

    assert list(emotions) == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]


def test_no_face_is_an_empty_list(client: FlaskClient) -> None:
    answer = send(client, picture(color="black"))

    assert answer.status_code == 200
    assert answer.get_json()["results"] == []


@pytest.mark.parametrize(("query", "asked"), [("", 1), ("?upsample=0", 0), ("?upsample=1", 1)])
def test_upsampling_is_handed_on(query: str, asked: int) -> None:
    vision = FakeVision()

    send(make_app(vision).test_client(), query=query)

    assert vision.upsamples == [asked]


@pytest.mark.parametrize("value", ["true", "1", "True"])
def test_landmarks_are_answered_when_asked_for(client: FlaskClient, value: str) -> None:
    assert len(send(client, query=f"?landmarks={value}").get_json()["results"][0]["landmarks"]) == 68
    assert "landmarks" not in send(client, query="?landmarks=false").get_json()["results"][0]


def test_keypoints_are_placed_and_answered_by_name_when_asked_for() -> None:
    vision = FakeVision()
    client = make_app(vision).test_client()

    points = send(client, query="?keypoints=true").get_json()["results"][0]["keypoints"]

    assert list(points) == list(NAMES)
    assert points["right_eye_center"] == [2.0, 3.0]
    assert "keypoints" not in send(client).get_json()["results"][0]
    assert vision.keypoints == [True, False]


# What is refused


@pytest.mark.parametrize(
    ("data", "kind", "expected"),
    [
        (b"", "image/png", (400, "empty")),
        (b"no picture at all", "image/png", (415, "not_an_image")),
        (picture("JPEG", (400, 400))[:2000], "image/jpeg", (422, "image_truncated")),
        (b"a=b", "application/x-www-form-urlencoded", (415, "unsupported_media_type")),
        (b"hello", "text/plain", (415, "unsupported_media_type")),
        (b"{", "application/json", (400, "bad_json")),
        (b"[" * 100_000, "application/json", (400, "bad_json")),
        (b"\xff\xfe", "application/json", (400, "bad_json")),
        (b"[]", "application/json", (400, "bad_json")),
        (b'{"image": 5}', "application/json", (400, "bad_json")),
        (b'{"image": [5]}', "application/json", (400, "bad_json")),
        (b'{"image": []}', "application/json", (400, "no_image")),
        (b"{}", "application/json", (400, "no_image")),
        (b'{"image": "a", "size": 3}', "application/json", (400, "unknown_parameter")),
        (b'{"image": "###"}', "application/json", (400, "bad_base64")),
        (b'{"image": "abcde"}', "application/json", (400, "bad_base64")),
        (b'{"image": " HTTPS://127.0.0.1/x.png"}', "application/json", (400, "bad_base64")),
        (b'{"image": ""}', "application/json", (400, "empty")),
        (b'{"image": "data:image/png,abc"}', "application/json", (400, "bad_base64")),
        (b'{"image": "http://127.0.0.1/x.png"}', "application/json", (400, "bad_base64")),
        (b"", "multipart/form-data", (400, "no_image")),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x", (400, "no_image")),
    ],
)  # fmt: skip
def test_what_is_no_picture_is_refused(client: FlaskClient, data: bytes, kind: str, expected: tuple[int, str]) -> None:
    assert refusal(send(client, data, kind)) == expected


def test_a_form_needs_a_file_in_the_right_field(client: FlaskClient) -> None:
    assert refusal(client.post("/predict", **form(picture(), field="file"))) == (400, "unknown_parameter")
    assert refusal(client.post("/predict", data={"image": "text"}, content_type="multipart/form-data")) == (
        400,
        "bad_form",
    )


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("?upsample=2", "bad_parameter"),
        ("?upsample=", "bad_parameter"),
        ("?upsample=1&upsample=0", "bad_parameter"),
        ("?landmarks=maybe", "bad_parameter"),
        ("?upscale=1", "unknown_parameter"),
    ],
)
def test_parameters_that_are_not_understood_are_refused(client: FlaskClient, query: str, code: str) -> None:
    assert refusal(send(client, query=query)) == (400, code)


@pytest.mark.parametrize("landmarks", ["dlib", "off"])
@pytest.mark.parametrize("query", ["?landmarks=mesh", "?movements=true"])
def test_what_only_the_mesh_tells_is_refused_where_there_is_none(landmarks: str, query: str) -> None:
    vision = FakeVision()
    vision.landmarks = landmarks
    client = make_app(vision).test_client()

    answer = send(client, query=query)

    assert refusal(answer) == (400, "bad_parameter")
    assert "FER_LANDMARKS=mesh" in answer.get_json()["error"]["message"]
    assert send(client, query="?landmarks=true").status_code == 200


def test_mesh_and_movements_are_answered_when_asked_for(client: FlaskClient) -> None:
    (answer, *_) = send(client, query="?landmarks=mesh&movements=1").get_json()["results"]

    assert len(answer["mesh"]) == 478
    assert len(answer["movements"]) == 52
    assert "landmarks" not in answer


def test_a_refusal_names_what_is_known(client: FlaskClient) -> None:
    message = send(client, query="?upscale=1").get_json()["error"]["message"]

    assert "'upscale'" in message
    assert "upsample, landmarks, keypoints, movements, explain" in message


def test_too_many_bytes_are_refused() -> None:
    client = make_app(image_max_bytes=1000).test_client()

    assert refusal(send(client, b"x" * 2000)) == (413, "image_too_large")
    assert refusal(client.post("/predict", **form(b"x" * 2000))) == (413, "image_too_large")
    assert refusal(client.post("/predict", json={"image": "x" * 2000})) == (413, "image_too_large")


@pytest.mark.parametrize("kind", ["image/png", "application/json", "multipart/form-data; boundary=x"])
def test_too_many_bytes_are_refused_when_their_number_is_not_told(kind: str) -> None:
    client = make_app(image_max_bytes=1000).test_client()
    body = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n' + b"x" * 2000

    answer = client.post(
        "/predict", input_stream=BytesIO(body), content_type=kind, environ_base={"wsgi.input_terminated": True}
    )

    assert refusal(answer) == (413, "image_too_large")


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    client = make_app(image_max_pixels=2000).test_client()

    assert refusal(send(client, picture(size=(60, 40)))) == (413, "too_many_pixels")
    assert send(client, picture(size=(50, 40))).status_code == 200


def test_too_many_pictures_are_refused() -> None:
    client = make_app(request_max_images=2).test_client()

    assert refusal(client.post("/predict", **form(*[picture()] * 3))) == (413, "too_many_images")
    assert refusal(client.post("/predict", json={"image": [BASE64] * 3})) == (413, "too_many_images")


def test_other_methods_are_refused_with_the_same_body(client: FlaskClient) -> None:
    answer = client.get("/predict")

    assert refusal(answer) == (405, "method_not_allowed")
    assert "POST" in answer.headers["Allow"]


def test_before_the_models_are_loaded_there_is_503() -> None:
    client = make_app(ModelError("xception.keras was changed")).test_client()

    answer = send(client)

    assert refusal(answer) == (503, "not_ready")
    assert "xception.keras was changed" in answer.get_json()["error"]["message"]
    assert answer.headers["Retry-After"]


def test_a_bug_is_told_without_its_details(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise RuntimeError("secret detail")

    answer = send(make_app(FakeVision(fail)).test_client())

    assert refusal(answer) == (500, "internal_error")
    assert "secret detail" not in answer.text
    assert "secret detail" in caplog.text


# Memory and disk


def test_a_large_upload_never_touches_the_disk(monkeypatch: pytest.MonkeyPatch, client: FlaskClient) -> None:
    def forbidden(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a temporary file was opened")

    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", forbidden)
    monkeypatch.setattr(tempfile, "TemporaryFile", forbidden)
    file = BytesIO()
    Image.effect_noise((1500, 1500), 90).convert("RGB").save(file, "BMP")
    head = b'--x\r\nContent-Disposition: form-data; name="image"; filename="a.bmp"\r\n\r\n'
    body = head + file.getvalue() + b"\r\n--x--\r\n"

    answer = client.post("/predict", data=body, content_type="multipart/form-data; boundary=x")

    assert len(body) > 2_000_000
    assert answer.status_code == 200


def test_only_so_many_pictures_are_analyzed_at_once() -> None:
    at_work, together = [], Barrier(2, timeout=5)
    most = []

    def work() -> None:
        at_work.append(1)
        most.append(len(at_work))
        together.wait()
        at_work.pop()

    app = make_app(FakeVision(work), predict_parallel=2)
    threads = [Thread(target=lambda: send(app.test_client())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(most) == 6
    assert max(most) == 2


def test_whoever_waits_too_long_for_a_turn_is_told_to_come_back() -> None:
    is_working, may_end = Event(), Event()

    def work() -> None:
        is_working.set()
        may_end.wait(5)

    app = make_app(FakeVision(work), predict_parallel=1, predict_wait_s=0.05)
    app.extensions["fer_web"].startup.vision(5)
    first = Thread(target=lambda: send(app.test_client()))
    first.start()
    assert is_working.wait(5)

    answer = send(app.test_client())
    may_end.set()
    first.join()

    assert refusal(answer) == (503, "busy")
    assert int(answer.headers["Retry-After"]) > 0
    assert send(app.test_client()).status_code == 200
