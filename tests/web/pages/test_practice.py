"""The page to practice at: what it may do, what it asks, what it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fer_web.core.question_sets import QUESTION_SETS
from fer_web.web.security.guard import HEADERS
from tests.web.api.test_answers import practice
from tests.web.api.test_recordings import EVIL, add
from tests.web.client import make_app
from tests.web.keeping import keeping


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


def asked(page: str, name: str) -> list[str]:
    """The questions of a set as the page lists them."""
    (listed,) = re.findall(rf'<ol class="asked" data-set="{name}".*?</ol>', page, re.DOTALL)
    return [unescape(question) for question in re.findall(r"<span>(.*?)</span>", listed)]


def test_only_this_page_may_listen_and_run_a_network(client: FlaskClient) -> None:
    headers = client.get("/practice").headers

    assert "camera=(self), microphone=(self)" in headers["Permissions-Policy"]
    assert "script-src 'self' 'wasm-unsafe-eval';" in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "connect-src 'self'" in headers["Content-Security-Policy"]
    for path in ("/", "/my-camera", "/recordings", f"/recordings/{practice(client, 5, 'Why?')}", "/static/practice.js"):
        with client.get(path) as other:
            assert other.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
            assert "microphone=()" in other.headers["Permissions-Policy"]


def test_every_set_is_there_with_its_questions(client: FlaskClient) -> None:
    page = client.get("/practice").text

    assert {name: asked(page, name) for name in QUESTION_SETS} == {
        name: list(one.questions) for name, one in QUESTION_SETS.items()
    }
    assert 'data-set="again"' not in page


def test_it_says_what_is_kept_and_what_is_loaded_before_it_is(client: FlaskClient) -> None:
    page = " ".join(client.get("/practice").text.split())

    assert page.count('type="checkbox" required') == 1
    assert page.index("never pictures and never sound") < page.index('id="consent"')
    assert "Loads 13.6 MB from this server" in page
    assert not re.search(r'(?:src|href)="[^"]*vendor/', page)  # only by whoever wants it


def test_the_questions_of_a_practice_are_asked_again_all_or_one(client: FlaskClient) -> None:
    recording = practice(client, 5, "Why?", EVIL)

    assert asked(client.get(f"/practice?again={recording}").text, "again") == ["Why?", EVIL]
    assert asked(client.get(f"/practice?again={recording}&question=2").text, "again") == [EVIL]
    assert f'href="/practice?again={recording}"' in client.get(f"/recordings/{recording}").text


def test_a_question_that_a_program_asked_twice_is_asked_again_once(client: FlaskClient) -> None:
    recording = practice(client, 5, "Why?", "Why?", "How?")
    _, how = client.get(f"/api/recordings/{recording}/answers").get_json()["questions"]

    assert asked(client.get(f"/practice?again={recording}").text, "again") == ["Why?", "How?"]
    assert asked(client.get(f"/practice?again={recording}&question={how['number']}").text, "again") == ["How?"]


def test_what_cannot_be_asked_again_is_told(client: FlaskClient) -> None:
    recording, other = practice(client, 5, "Why?"), add(client)

    assert client.get(f"/practice?again={recording}&question=2").status_code == 404
    assert client.get(f"/practice?again={other}").status_code == 404
    assert client.get("/practice?again=nothing").status_code == 404
    assert client.get(f"/practice?again={recording}&question=x").status_code == 400
    assert "Practice again" not in client.get(f"/recordings/{other}").text


def test_the_page_says_when_it_is_switched_off() -> None:
    page = make_app(max_visitors=0).test_client().get("/practice").text

    assert "FER_MAX_VISITORS" in page
    assert "practice.js" not in page


def test_it_waits_for_the_notice_and_the_log_in() -> None:
    noticed = make_app(notice="This room is filmed.").test_client()
    assert "This room is filmed." in noticed.get("/practice").text

    locked = make_app(token="sixteen letters or more").test_client()
    assert locked.get("/practice").headers["Location"] == "/login?next=/practice"
