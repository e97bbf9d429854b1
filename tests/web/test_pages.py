from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from fer_web.web.throttle import FAILURES
from tests.web.client import make_app

TOKEN = "correct horse battery staple"


@pytest.fixture
def locked() -> FlaskClient:
    return make_app(token=TOKEN).test_client()


def test_the_page_shows_the_stream_its_source_and_the_form(client: FlaskClient) -> None:
    page = client.get("/").text

    assert '<img id="stream" src="/stream"' in page
    assert "a test asked for it" in page
    assert 'action="/predict"' in page
    assert "Log out" not in page


@pytest.mark.parametrize("path", ["/", "/docs", "/login"])
def test_no_page_needs_what_the_policy_forbids(locked: FlaskClient, path: str) -> None:
    page = locked.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).text

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', page)
    assert addresses
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in addresses)


def test_everything_that_the_page_loads_exists(client: FlaskClient) -> None:
    for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get("/").text):
        assert client.get(path, buffered=True).status_code == 200, path


def test_scripts_come_with_a_type_that_browsers_run(client: FlaskClient) -> None:
    assert client.get("/static/live.js", buffered=True).mimetype == "text/javascript"


def test_logging_in_sets_a_cookie_that_opens_the_service(locked: FlaskClient) -> None:
    answer = locked.post("/login", data={"token": TOKEN, "next": "/docs"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/docs")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Secure" not in cookie
    assert TOKEN not in cookie
    assert locked.get("/metrics").status_code == 200
    assert "Log out" in locked.get("/").text


def test_over_https_the_cookie_is_secure() -> None:
    client = make_app(token=TOKEN, trusted_proxies=1).test_client()

    answer = client.post("/login", data={"token": TOKEN}, headers={"X-Forwarded-Proto": "https"})

    assert "Secure" in answer.headers["Set-Cookie"]


def test_logging_out_closes_the_service_again(locked: FlaskClient) -> None:
    locked.post("/login", data={"token": TOKEN})

    assert locked.post("/logout").status_code == 303
    assert locked.get("/metrics").status_code == 401


def test_a_wrong_token_shows_the_form_again(locked: FlaskClient) -> None:
    answer = locked.post("/login", data={"token": "wrong", "next": "/docs"})

    assert answer.status_code == 401
    assert "This is not the token" in answer.text
    assert 'value="/docs"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_guessing_at_the_form_is_slowed_down(locked: FlaskClient) -> None:
    for _ in range(FAILURES):
        locked.post("/login", data={"token": "wrong"})

    answer = locked.post("/login", data={"token": TOKEN})

    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "target", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "/a\nb"]
)
def test_logging_in_never_leads_to_another_website(locked: FlaskClient, target: str) -> None:
    answer = locked.post("/login", data={"token": TOKEN, "next": target})

    assert answer.headers["Location"] == "/"


def test_what_comes_next_cannot_break_out_of_the_form(locked: FlaskClient) -> None:
    page = locked.get("/login", query_string={"next": '/"><script>alert(1)</script>'}).text

    assert "<script>" not in page


def test_a_log_in_is_small(locked: FlaskClient) -> None:
    answer = locked.post("/login", data={"token": "x" * 10_000})

    assert answer.status_code == 413


def test_without_a_token_there_is_nothing_to_log_in_to(client: FlaskClient) -> None:
    assert client.get("/login").headers["Location"] == "/"
    assert client.post("/login", data={"token": "x"}).headers["Location"] == "/"
