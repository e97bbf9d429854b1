"""Whatever a file is called, and in which code page: its name never decides whether it is found."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_web.web.http.forms import parameters_of
from tests.web.client import picture

# What follows `name="image"` in the header of the part that holds the file.
NAMES = {
    "UTF-8": 'filename="café.png"'.encode(),
    "Latin-1": b'filename="caf\xe9.png"',
    "Shift-JIS": 'filename="表紙ソ.png"'.encode("shift_jis"),
    "Shift-JIS that ends like a backslash": 'filename="写真表"'.encode("shift_jis"),
    "GBK": 'filename="照片.png"'.encode("gbk"),
    "Big5": 'filename="功.png"'.encode("big5"),
    "EUC-KR": 'filename="사진.png"'.encode("euc_kr"),
    "Windows-1251": 'filename="фото.png"'.encode("cp1251"),
    "UTF-16": b'filename="' + "a.png".encode("utf-16-le") + b'"',
    "ISO-2022-JP": 'filename="写真.png"'.encode("iso2022_jp"),
    "every byte": b'filename="' + bytes(set(range(256)) - {10, 13}) + b'"',
    "a backslash": b'filename="C:\\photos\\"',
    "a quote": b'filename="a \\"small\\" one.png"',
    "a bare quote": b'filename="a "small" one.png"',
    "no quotes": b"filename=caf\xe9.png",
    "a semicolon": b'filename="a; b=c.png"',
    "empty": b'filename=""',
    "RFC 8187": b"filename*=UTF-8''caf%C3%A9.png",
    "RFC 8187 in Latin-1": b"filename*=iso-8859-1''caf%E9.png",
    "RFC 8187 in Shift-JIS": b"filename*=Shift_JIS''%95%5C.png",
    "RFC 8187 in nothing known": b"filename*=x-mine''%95%5C.png",
    "both": b"filename=\"caf\xe9.png\"; filename*=UTF-8''caf%C3%A9.png",
    "none at all": b"",
}


def body(disposition: bytes, content: bytes, *, kind: bytes = b"image/png") -> dict[str, Any]:
    head = b"--x\r\nContent-Disposition: form-data" + disposition + b"\r\nContent-Type: " + kind + b"\r\n\r\n"
    return {"data": head + content + b"\r\n--x--\r\n", "content_type": "multipart/form-data; boundary=x"}


@pytest.mark.parametrize("form", NAMES)
def test_a_picture_of_any_name_is_analyzed(client: FlaskClient, form: str) -> None:
    answer = client.post("/predict", **body(b'; name="image"; ' + NAMES[form], picture()))

    assert answer.status_code == 200, answer.get_json()
    assert answer.get_json()["image"] == {"width": 60, "height": 40}


@pytest.mark.parametrize("form", [form for form in NAMES if form != "none at all"])
def test_the_name_may_stand_before_the_field(client: FlaskClient, form: str) -> None:
    answer = client.post("/predict", **body(b"; " + NAMES[form] + b'; name="image"', picture()))

    assert answer.status_code == 200, answer.get_json()


def test_several_pictures_of_any_names_are_analyzed(client: FlaskClient) -> None:
    parts = [b'; name="image"; ' + name for name in NAMES.values()][:10]
    bodies = [body(part, picture())["data"].removesuffix(b"--x--\r\n") for part in parts]

    answer = client.post(
        "/predict", data=b"".join(bodies) + b"--x--\r\n", content_type="multipart/form-data; boundary=x"
    )

    assert len(answer.get_json()["images"]) == 10
    assert all("results" in one for one in answer.get_json()["images"])


def test_another_field_is_named_whatever_its_bytes(client: FlaskClient) -> None:
    answer = client.post("/predict", **body(b'; name="f\xfcr"; filename="a.png"', picture()))

    assert answer.get_json()["error"]["code"] == "unknown_parameter"
    assert "f%FCr" in answer.get_json()["error"]["message"]


def test_a_text_is_still_no_picture(client: FlaskClient) -> None:
    answer = client.post("/predict", **body(b'; name="image"', b"hello", kind=b"text/plain; charset=latin-1"))

    assert answer.get_json()["error"]["code"] == "bad_form"


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'form-data; name="image"; filename="caf\xe9.png"', "caf%E9.png"),
        ('form-data; name="image"; filename="café.png"'.encode(), "café.png"),
        (b"form-data; name=image; filename*=iso-8859-1''caf%E9.png", "café.png"),
        (b"form-data; name=\"image\"; filename*=Shift_JIS''%95%5C.png", "表.png"),
        (b'form-data; name="image"; filename="a \\"b\\".png"', 'a "b".png'),
        (b'form-data; name="image"', None),
    ],
)
def test_names_are_told_with_their_wrong_bytes_escaped(disposition: bytes, name: str | None) -> None:
    found = parameters_of(disposition)

    assert found["name"] == "image"
    assert found.get("filename") == name
