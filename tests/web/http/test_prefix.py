"""A service behind a proxy that serves it on a path: everything that it answers carries the path."""

from __future__ import annotations

import http.client
import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_web.web.http.prefix import is_prefix
from fer_web.web.streaming.visitor import Visitor
from tests.web.client import make_app, picture
from tests.web.live_server import PATIENCE_S, serving
from tests.web.nginx import proxied

TOKEN = "correct horse battery staple"
PREFIX = {"X-Forwarded-Prefix": "/faces"}
PAGES = (
    "/",
    "/my-camera",
    "/practice",
    "/try",
    "/videos",
    "/recordings",
    "/studies",
    "/lab",
    "/about",
    "/privacy",
    "/docs",
)


@pytest.fixture
def behind() -> FlaskClient:
    return make_app(trusted_proxies=1).test_client()


@pytest.fixture
def locked() -> FlaskClient:
    return make_app(trusted_proxies=1, token=TOKEN).test_client(use_cookies=False)


def addresses(page: str) -> set[str]:
    """Every address in a page that is no anchor and leads to no other website."""
    found = re.findall(r'(?:href|src|action|data-(?:[a-z]+))="(/[^"]*)"', page)
    return {address for address in found if not address.startswith("//")}


@pytest.mark.parametrize("path", PAGES)
def test_every_address_in_a_page_carries_the_prefix(behind: FlaskClient, path: str) -> None:
    page = behind.get(path, headers=PREFIX)

    assert page.status_code == 200
    found = addresses(page.text)
    assert "/faces/static/site.css" in found
    assert all(address == "/faces/" or address.startswith("/faces/") for address in found), found


@pytest.mark.parametrize("path", ["/try", "/faces/try"])
def test_a_proxy_may_take_the_prefix_away_or_leave_it(behind: FlaskClient, path: str) -> None:
    assert "/faces/predict" in addresses(behind.get(path, headers=PREFIX).text)


def test_a_prefix_that_could_be_a_path_of_ours_was_taken_away(behind: FlaskClient) -> None:
    page = behind.get("/lab", headers={"X-Forwarded-Prefix": "/lab"})

    assert page.status_code == 200
    assert "/lab/api/lab" in addresses(page.text)


def test_the_way_through_the_log_in_stays_on_the_path(locked: FlaskClient) -> None:
    refused = locked.get("/recordings?x=1", headers=PREFIX)
    assert refused.headers["Location"] == "/faces/login?next=/faces/recordings?x%3D1"

    form = locked.get("/login", query_string={"next": "/faces/recordings?x=1"}, headers=PREFIX).text
    assert 'value="/faces/recordings?x=1"' in form
    answer = locked.post("/login", data={"token": TOKEN, "next": "/faces/recordings?x=1"}, headers=PREFIX)
    assert answer.headers["Location"] == "/faces/recordings?x=1"
    assert "Path=/faces;" in answer.headers["Set-Cookie"] + ";"

    cookie = answer.headers["Set-Cookie"].partition(";")[0]
    out = locked.post("/logout", headers={**PREFIX, "Cookie": cookie})
    assert out.headers["Location"] == "/faces/login"
    assert "Path=/faces;" in out.headers["Set-Cookie"] + ";"


@pytest.mark.parametrize("target", ["/elsewhere", "/", "/facesious", "//evil.example", "/faces\\@evil.example"])
def test_logging_in_leads_to_no_other_program_behind_the_proxy(locked: FlaskClient, target: str) -> None:
    answer = locked.post("/login", data={"token": TOKEN, "next": target}, headers=PREFIX)

    assert answer.headers["Location"] == "/faces/"


def test_the_notice_and_its_cookie_stay_on_the_path() -> None:
    client = make_app(trusted_proxies=1, notice="Filmed.").test_client(use_cookies=False)

    assert 'value="/faces/my-camera"' in client.get("/my-camera", headers=PREFIX).text
    answer = client.post("/notice", data={"next": "/faces/my-camera"}, headers=PREFIX)

    assert answer.headers["Location"] == "/faces/my-camera"
    assert "Path=/faces;" in answer.headers["Set-Cookie"] + ";"


def test_the_description_of_the_api_and_what_refusals_name_carry_the_prefix(
    behind: FlaskClient, locked: FlaskClient
) -> None:
    assert behind.get("/openapi.json", headers=PREFIX).get_json()["servers"] == [{"url": "/faces"}]
    assert behind.get("/openapi.json").get_json()["servers"] == [{"url": "/"}]
    assert "/faces/docs" in behind.get("/nothing", headers=PREFIX).get_json()["error"]["message"]
    assert "/faces/login" in locked.get("/metrics", headers=PREFIX).get_json()["error"]["message"]


@pytest.mark.parametrize(
    "value",
    [
        "//evil.example",
        "/",
        "",
        "faces",
        "/a/../b",
        "/a/..",
        "/./a",
        "/a//b",
        "https://evil.example",
        '/"><script>',
        "/a b",
    ],
)
def test_what_is_no_path_is_no_prefix(behind: FlaskClient, value: str) -> None:
    assert not is_prefix(value)
    page = behind.get("/", headers={"X-Forwarded-Prefix": value}).text
    assert "/static/site.css" in addresses(page)
    assert "evil" not in page


def test_several_proxies_put_the_prefix_together() -> None:
    client = make_app(trusted_proxies=2).test_client()

    for value, prefix in (("/outer, /inner", "/outer/inner"), ("/outer/", "/outer"), ("/forged, /outer, ", "/outer")):
        page = client.get("/", headers={"X-Forwarded-Prefix": value}).text
        assert f"{prefix}/static/site.css" in addresses(page)


def test_nobody_but_a_trusted_proxy_sets_the_prefix(client: FlaskClient) -> None:
    page = client.get("/", headers={**PREFIX, "Script-Name": "/faces"}).text

    assert "/static/site.css" in addresses(page)
    assert "/faces" not in page


@pytest.mark.parametrize("path", ["/try", "/faces/try"])
def test_a_setting_says_it_for_a_proxy_that_cannot(path: str) -> None:
    client = make_app(path_prefix="/faces").test_client()

    assert "/faces/predict" in addresses(client.get(path).text)
    assert client.get("/health/live").status_code == 200


# A real nginx and a real gunicorn


@pytest.fixture(
    params=[
        {"strips": True, "tells": True},
        {"strips": False, "tells": True},
        {"strips": True, "tells": False, "FER_PATH_PREFIX": "/faces"},
        {"strips": False, "tells": False, "SCRIPT_NAME": "/faces"},
    ],
    ids=["stripped", "left", "setting", "SCRIPT_NAME"],
)
def nginx(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[int]:
    """The port of an nginx in front of a service that is served below /faces."""
    if sys.platform == "win32":
        pytest.skip("gunicorn does not run on Windows")
    way = dict(request.param)
    strips, tells = way.pop("strips"), way.pop("tells")
    with ExitStack() as stack:
        server = stack.enter_context(
            serving("tests.web.camera_app:app", FER_TOKEN=TOKEN, FER_TRUSTED_PROXIES="1", FER_MAX_VISITORS="2", **way)
        )
        assert server.status("/health/live") == 200, "asked past the proxy, as health checks are"
        yield stack.enter_context(proxied(tmp_path, server.port, "/faces", strips=strips, tells=tells))


@dataclass(frozen=True)
class Answer:
    """A whole answer."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(port: int, path: str, method: str = "GET", body: str | bytes = b"", **headers: str) -> Answer:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@pytest.mark.server
def test_behind_nginx_everything_works_on_its_path(nginx: int) -> None:
    assert ask(nginx, "/elsewhere").body == b"another program"
    refused = ask(nginx, "/faces/recordings")
    assert (refused.status, refused.headers["Location"]) == (303, "/faces/login?next=/faces/recordings")
    assert ask(nginx, "/faces").status == 301, "nginx adds the slash"

    form = {"Content_Type": "application/x-www-form-urlencoded"}
    logged_in = ask(nginx, "/faces/login", "POST", f"token={TOKEN.replace(' ', '+')}&next=/faces/try", **form)
    assert (logged_in.status, logged_in.headers["Location"]) == (303, "/faces/try")
    assert "Path=/faces" in logged_in.headers["Set-Cookie"]
    cookie = logged_in.headers["Set-Cookie"].partition(";")[0]

    page = ask(nginx, "/faces/try", Cookie=cookie).body.decode()
    for address in sorted(one for one in addresses(page) if "/static/" in one):
        assert ask(nginx, address).status == 200, address
    sent = ask(nginx, "/faces/predict", "POST", picture(), Cookie=cookie, Content_Type="image/png")
    assert len(sent.json["results"]) == 2
    assert ask(nginx, "/faces/openapi.json", Cookie=cookie).json["servers"] == [{"url": "/faces"}]
    with Visitor(nginx, path="/faces/api/visits/socket", Cookie=cookie) as visitor:
        assert visitor.ask(picture("JPEG"))["index"] == 0

    out = ask(nginx, "/faces/logout", "POST", Cookie=cookie)
    assert (out.status, out.headers["Location"]) == (303, "/faces/login")
    assert ask(nginx, "/faces/metrics", Cookie=cookie).status == 401
