from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.web.client import make_app

TEXT = "This door is filmed.\\nAsk <Ada> about it."
TOKEN = "correct horse battery staple"


@pytest.fixture
def client() -> FlaskClient:
    return make_app(notice=TEXT).test_client()


def test_the_notice_stands_in_for_the_live_page(client: FlaskClient) -> None:
    page = client.get("/").text

    assert "<p>This door is filmed.</p>" in page
    assert "<p>Ask &lt;Ada&gt; about it.</p>" in page
    assert "/stream" not in page


def test_it_is_read_once(client: FlaskClient) -> None:
    answer = client.post("/notice", data={"next": "/?a=1"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/?a=1")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Expires" not in cookie  # the browser forgets it when it is closed
    assert "Max-Age" not in cookie
    assert "/stream" in client.get("/").text


def test_another_text_has_to_be_read_again(client: FlaskClient) -> None:
    read = client.post("/notice").headers["Set-Cookie"].partition(";")[0]
    changed = make_app(notice="Something else").test_client()

    assert "Something else" in changed.get("/", headers={"Cookie": read}).text


def test_the_other_pages_do_not_wait_for_it(client: FlaskClient) -> None:
    assert "Try a picture" in client.get("/try").text
    assert "Please read this first" not in client.get("/try").text
    assert "This door is filmed." in client.get("/privacy").text


def test_the_log_in_comes_first() -> None:
    client = make_app(notice=TEXT, token=TOKEN).test_client()

    assert client.get("/").headers["Location"].startswith("/login")
    assert client.post("/notice").status_code == 401
    client.post("/login", data={"token": TOKEN})
    assert "This door is filmed." in client.get("/").text


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", ""])
def test_it_never_leads_to_another_website(client: FlaskClient, target: str) -> None:
    assert client.post("/notice", data={"next": target}).headers["Location"] == "/"


@pytest.mark.parametrize("path", ["/my-camera", "/my-camera/on-device", "/practice", "/practice/on-device"])
def test_every_page_that_takes_a_camera_waits_for_it(client: FlaskClient, path: str) -> None:
    assert "This door is filmed." in client.get(path).text
    client.post("/notice")

    assert "This door is filmed." not in client.get(path).text


def test_without_a_notice_nothing_is_asked() -> None:
    client = make_app().test_client()

    assert "/stream" in client.get("/").text
    assert "Set-Cookie" not in client.post("/notice").headers
