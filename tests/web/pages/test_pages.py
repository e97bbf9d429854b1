from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fer_web.core import Emotion, EngineChoice
from fer_web.errors import ModelError
from fer_web.resources import ROOT
from fer_web.vision.overlays import DEFAULT_OVERLAYS, OVERLAYS
from fer_web.web.security.throttle import FAILURES
from tests.web.client import FakeVision, make_app
from tests.web.keeping import keeping

STATIC = ROOT / "static"
TOKEN = "correct horse battery staple"


@pytest.fixture
def locked() -> FlaskClient:
    return make_app(token=TOKEN).test_client()


MENU = ["/", "/practice", "/videos", "/recordings", "/about", "/privacy", "/docs"]
PAGES = ["/", "/practice", "/try", "/recordings", "/studies", "/about", "/privacy", "/docs"]


class Attributes(HTMLParser):
    """Those that an element has twice: browsers drop the second one without a word."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.twice: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        self.twice += [f"{tag} {name}" for name in set(names) if names.count(name) > 1]


@pytest.mark.parametrize("path", [*PAGES, "/my-camera", "/videos", "/lab", "/lab/projector"])
def test_no_element_says_one_thing_twice(client: FlaskClient, path: str) -> None:
    assert Attributes(client.get(path).text).twice == []


def test_the_live_page_knows_its_addresses_and_its_source(client: FlaskClient) -> None:
    page = client.get("/").text

    assert 'data-stream="/stream"' in page
    assert 'data-events="/events"' in page
    assert "a test asked for it" in page
    assert "Log out" not in page


@pytest.mark.parametrize(
    ("wanted", "address", "offered"),
    [
        ("auto", "127.0.0.1", False),
        ("auto", "::1", False),
        ("auto", "192.0.2.7", True),
        ("mp4", "127.0.0.1", True),
        ("mjpeg", "192.0.2.7", False),
    ],
)
def test_video_is_offered_where_bytes_cost_something_unless_the_setting_says_otherwise(
    wanted: str, address: str, offered: bool
) -> None:
    client = make_app(live_video=wanted, insecure_no_token=True).test_client()

    page = client.get("/", environ_base={"REMOTE_ADDR": address}).text

    assert ('data-video="/stream.mp4"' in page) == offered


def test_without_scripts_the_picture_is_still_there(client: FlaskClient) -> None:
    page = client.get("/").text

    assert '<noscript><img src="/stream"' in page
    assert '<img src="/stream"' not in re.sub(r"<noscript>.*?</noscript>", "", page)  # it must not start unblurred


def test_every_layer_can_be_chosen_and_the_usual_ones_are(client: FlaskClient) -> None:
    found = re.findall(r'name="overlay" value="(\w+)"( checked)?', client.get("/").text)

    assert [name for name, _ in found] == list(OVERLAYS)
    assert {OVERLAYS[name] for name, checked in found if checked} == DEFAULT_OVERLAYS


@pytest.mark.parametrize("path", PAGES)
def test_every_page_holds_the_colors_of_the_expressions_in_their_order(client: FlaskClient, path: str) -> None:
    colors = json.loads(unescape(re.findall(r'data-colors="([^"]+)"', client.get(path).text)[0]))

    assert list(colors) == [emotion.value for emotion in Emotion]
    assert colors["angry"] == "#d55e00"


@pytest.mark.parametrize("path", PAGES)
def test_every_page_leads_to_all_places_and_says_which_it_is(client: FlaskClient, path: str) -> None:
    page = client.get(path).text
    marked = re.findall(r'<a href="([^"]+)" aria-current="(page|true)"', page)

    assert [other for other in MENU if f'<a href="{other}"' not in page] == []
    assert {(path, "page")} <= set(marked) <= {(path, "page"), ("/videos", "true"), ("/recordings", "true")}


@pytest.mark.parametrize(("place", "inside"), [("/", "/my-camera"), ("/videos", "/try"), ("/recordings", "/studies")])
def test_pages_that_belong_together_are_tabs_of_one_place(client: FlaskClient, place: str, inside: str) -> None:
    for path in (place, inside):
        page = client.get(path).text
        tabs = re.findall(r'<nav class="tabs".*?</nav>', page, re.DOTALL)[0]
        assert re.findall(r'<a href="([^"]+)"', tabs) == [place, inside]
        assert re.findall(r'<a href="([^"]+)" aria-current="page"', tabs) == [path]
    menu = re.findall(r'<nav class="menu".*?</nav>', client.get(inside).text, re.DOTALL)[0]
    assert re.findall(r'<a href="([^"]+)" aria-current="true"', menu) == [place]


def test_the_page_for_pictures_says_what_they_may_have() -> None:
    page = make_app(image_max_bytes=7_000_000, image_max_pixels=9_000_000).test_client().get("/try").text

    assert "7 MB and 9 million pixels" in re.sub(r"\s+", " ", page)
    assert 'action="/predict"' in page


def test_the_model_is_told_about_when_it_is_there(client: FlaskClient) -> None:
    client.application.extensions["fer_web"].startup.vision(5)

    assert "fake 1" in client.get("/about").text


@pytest.mark.parametrize(
    ("choice", "landmarks", "told"),
    [
        (
            EngineChoice(),
            "mesh",
            ["found by YuNet", "478 points", "MIT License", "Apache License 2.0", "run by LiteRT"],
        ),
        (EngineChoice(landmarks="off"), "off", ["found by YuNet", "None, but for the eyes", "MIT License"]),
        (EngineChoice("classic"), "dlib", ["dlib&#39;s HOG", "68 points", "not for commercial use", "TensorFlow"]),
    ],
)
def test_the_engine_is_named_with_what_it_may_be_used_for(
    choice: EngineChoice, landmarks: str, told: list[str]
) -> None:
    vision = FakeVision()
    vision.engine, vision.landmarks = choice, landmarks
    app = make_app(vision)
    app.extensions["fer_web"].startup.vision(5)
    page = app.test_client().get("/about").text

    assert [words for words in told if words not in page] == []


def test_without_a_model_the_rest_is_told() -> None:
    page = make_app(ModelError("no such model")).test_client().get("/about")

    assert page.status_code == 200
    assert "not loaded" in page.text


def test_whoever_is_filmed_can_read_about_it_without_the_token(locked: FlaskClient) -> None:
    page = locked.get("/privacy")

    assert page.status_code == 200
    assert "article 5(1)(f)" in page.text
    assert locked.get("/about").status_code == 303


@pytest.mark.parametrize("path", [*PAGES, "/login"])
def test_no_page_needs_what_the_policy_forbids(locked: FlaskClient, path: str) -> None:
    page = locked.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).text

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page)
    addresses = re.findall(r'(?:src|href|action)="([^"]+)"', page)
    assert addresses
    assert all(address.startswith(("/", "#")) and not address.startswith("//") for address in addresses)


def test_everything_that_the_page_loads_exists(client: FlaskClient) -> None:
    for page in PAGES:
        for path in re.findall(r'(?:src|href)="(/static/[^"]+)"', client.get(page).text):
            assert client.get(path, buffered=True).status_code == 200, path


def test_every_script_that_a_script_imports_exists() -> None:
    for script in STATIC.glob("*.js"):
        for name in re.findall(r'^import .*"\./(.+?)";$', script.read_text(encoding="utf-8"), re.MULTILINE):
            assert (STATIC / name).is_file(), f"{script.name} imports {name}"


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
    assert "Incorrect token" in answer.text
    assert 'value="/docs"' in answer.text
    assert "Set-Cookie" not in answer.headers


def test_guessing_at_the_form_is_slowed_down(locked: FlaskClient) -> None:
    for _ in range(FAILURES):
        locked.post("/login", data={"token": "wrong"})

    answer = locked.post("/login", data={"token": "wrong"})

    assert answer.status_code == 429
    assert "Retry-After" in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_the_right_token_opens_although_somebody_at_the_same_address_guessed(locked: FlaskClient) -> None:
    for _ in range(2 * FAILURES):
        locked.post("/login", data={"token": "wrong"})

    assert locked.post("/login", data={"token": TOKEN}).status_code == 303
    assert locked.get("/metrics").status_code == 200


def test_logging_out_ends_the_cookie_for_everybody_who_has_a_copy(locked: FlaskClient, tmp_path: Path) -> None:
    def log_in(client: FlaskClient) -> str:
        return client.post("/login", data={"token": TOKEN}).headers["Set-Cookie"].partition(";")[0]

    app = make_app(token=TOKEN, data_dir=tmp_path)
    client = app.test_client(use_cookies=False)
    mine, theirs = log_in(client), log_in(client)
    assert client.get("/metrics", headers={"Cookie": mine}).status_code == 200

    client.post("/logout", headers={"Cookie": mine})

    restarted = make_app(token=TOKEN, data_dir=tmp_path).test_client(use_cookies=False)
    for service in (client, restarted):
        assert service.get("/metrics", headers={"Cookie": mine}).status_code == 401
        assert service.get("/metrics", headers={"Cookie": theirs}).status_code == 200


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


def test_with_all_outlets_off_nothing_says_that_anything_is_sent(client: FlaskClient) -> None:
    live, privacy = client.get("/").text, client.get("/privacy").text

    assert 'id="sent"' not in live + privacy
    assert "nothing is sent to anybody else" in privacy
    assert "No other service is called" in privacy


def test_the_privacy_page_tells_that_pictures_go_from_one_machine_to_another(
    client: FlaskClient, tmp_path: Path
) -> None:
    told = "from the camera's machine to the others"
    assert told not in client.get("/privacy").text
    for cameras, shares in (("door=shared:door", "no"), ("door=demo:", "yes")):
        fleet = {"cameras": cameras, "share_cameras": shares, "redis_url": "redis://127.0.0.1:1/0"}
        with keeping(tmp_path, **fleet) as one:
            assert told in one.get("/privacy").text


def test_the_privacy_page_tells_of_hidden_parts(client: FlaskClient) -> None:
    page = client.get("/privacy").text

    assert "hide parts of a camera's picture" in page
    assert "before anything is analyzed" in page
