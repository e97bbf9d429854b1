from __future__ import annotations

import base64
from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_web.web.security.access import COOKIE
from fer_web.web.security.throttle import FAILURES
from tests.web.client import make_app, picture

TOKEN = "correct horse battery staple"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
GETS = ("/", "/stream", "/snapshot.jpg", "/events", "/metrics", "/openapi.json", "/docs", "/nothing")
PRIVATE = ("/stream", "/snapshot.jpg", "/events", "/metrics")


def code_of(answer: Any) -> str:
    return str(answer.get_json()["error"]["code"])


@pytest.fixture(scope="module")
def locked() -> FlaskClient:
    """A client without cookies of a service with a token."""
    return make_app(token=TOKEN).test_client(use_cookies=False)


# Host: a page of evil.example whose name was rebound to 127.0.0.1 is same-origin with us, but its Host is not ours.


@pytest.mark.parametrize("path", [*GETS, "/health/live", "/health/ready", "/login", "/static/site.css"])
@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:5000", "192.168.1.5:5000", "[::2]"])
def test_a_foreign_host_header_is_refused_everywhere(client: FlaskClient, path: str, host: str) -> None:
    answer = client.get(path, headers={"Host": host})

    assert (answer.status_code, code_of(answer)) == (421, "wrong_host")


@pytest.mark.parametrize("host", ["localhost:5000", "127.0.0.1:5000", "[::1]:5000", "LOCALHOST"])
def test_the_names_of_this_machine_are_known(client: FlaskClient, host: str) -> None:
    assert client.get("/health/live", headers={"Host": host}).status_code == 200


def test_further_names_can_be_listed() -> None:
    client = make_app(hosts="faces.example.org, other.example.org").test_client()

    assert client.get("/health/live", headers={"Host": "faces.example.org:443"}).status_code == 200
    assert client.get("/health/live", headers={"Host": "other.example.org"}).status_code == 200


# Other websites: what their pages make a browser send carries Sec-Fetch-Site, or at least Origin.


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", PRIVATE)
def test_a_foreign_page_cannot_show_or_read_the_pictures(client: FlaskClient, path: str, site: str) -> None:
    answer = client.get(path, headers={"Sec-Fetch-Site": site})

    assert (answer.status_code, code_of(answer)) == (403, "cross_site")


@pytest.mark.parametrize("path", ["/predict", "/login", "/logout", "/nothing"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:8080"},
    ],
)
def test_a_foreign_page_cannot_post(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    answer = client.post(path, headers=headers)

    assert (answer.status_code, code_of(answer)) == (403, "cross_site")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://localhost"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
    ],
)
def test_our_own_pages_and_programs_can_post(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.post("/predict", data=picture(), content_type="image/png", headers=headers).status_code == 200


def test_a_link_on_another_website_leads_to_the_page_but_not_to_the_stream(client: FlaskClient) -> None:
    clicked = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}

    assert client.get("/", headers=clicked).status_code == 200
    assert client.get("/stream", headers=clicked).status_code == 403


# CORS


def test_no_other_origin_may_read_answers_by_default(client: FlaskClient) -> None:
    answer = client.get("/health/live", headers={"Origin": "http://evil.example"})
    preflight = client.options(
        "/predict", headers={"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    )

    assert "Access-Control-Allow-Origin" not in answer.headers
    assert preflight.status_code == 403
    assert "Access-Control-Allow-Origin" not in preflight.headers


@pytest.mark.parametrize("origin", ["http://[", "http://[::1", "http://]", "//[", "http://a:b:c", "http://\u2100"])
def test_an_origin_that_is_none_is_refused_like_a_foreign_one(client: FlaskClient, origin: str) -> None:
    answer = client.post("/predict", headers={"Origin": origin})

    assert (answer.status_code, code_of(answer)) == (403, "cross_site")


def test_a_listed_origin_may_call_with_its_token() -> None:
    friend = {"Origin": "https://app.example.org", "Sec-Fetch-Site": "cross-site"}
    client = make_app(token=TOKEN, origins="https://app.example.org").test_client()

    preflight = client.options("/predict", headers={**friend, "Access-Control-Request-Method": "POST"})
    answer = client.post("/predict", data=picture(), content_type="image/png", headers={**friend, **BEARER})
    stranger = client.post("/predict", headers={"Origin": "https://app.example.org.evil.example", **BEARER})

    assert preflight.status_code == 204
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example.org"
    assert "Origin" in answer.headers["Vary"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert stranger.status_code == 403


# What a page of a listed origin shows without reading it: an image carries no Origin


@pytest.mark.parametrize("site", ["cross-site", "same-site", None])
@pytest.mark.parametrize("referer", ["https://app.example.org/", "https://APP.example.org/a?b"])
def test_a_page_of_a_listed_origin_may_show_the_picture(site: str | None, referer: str) -> None:
    client = make_app(origins="https://app.example.org").test_client()
    headers = {"Referer": referer, **({"Sec-Fetch-Site": site} if site else {})}

    answer = client.get("/metrics", headers=headers)  # stands for /stream, which needs models

    assert answer.status_code == 200
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers
    assert {"Origin", "Referer"} <= set(answer.vary)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Referer": "https://evil.example/https://app.example.org/"},
        {"Referer": "https://app.example.org.evil.example/"},
        {"Referer": "https://app.example.org@evil.example/"},
        {"Referer": "http://app.example.org/"},
        {"Referer": "https://app.example.org/", "Origin": "https://evil.example"},
        {"Referer": "https://app.example.org/", "Origin": "null"},
    ],
)
def test_a_page_of_any_other_origin_may_not(headers: dict[str, str]) -> None:
    client = make_app(origins="https://app.example.org").test_client()

    answer = client.get("/metrics", headers={**headers, "Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, code_of(answer)) == (403, "cross_site")
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_referer_lets_nobody_change_anything() -> None:
    client = make_app(origins="https://app.example.org").test_client()
    headers = {"Sec-Fetch-Site": "cross-site", "Referer": "https://app.example.org/"}

    assert client.post("/predict", data=picture(), content_type="image/png", headers=headers).status_code == 403
    assert client.delete("/api/visits", headers=headers).status_code == 403


def test_to_show_the_picture_a_page_needs_the_token_or_the_log_in_too() -> None:
    client = make_app(token=TOKEN, origins="https://app.example.org").test_client()
    shown = {"Sec-Fetch-Site": "same-site", "Referer": "https://app.example.org/"}
    assert client.get("/metrics", headers=shown).status_code == 401

    client.post("/login", data={"token": TOKEN})

    assert client.get("/metrics", headers=shown).status_code == 200


# Token


@pytest.mark.parametrize("path", [path for path in GETS if path not in ("/", "/docs")])
def test_nothing_is_told_without_the_token(locked: FlaskClient, path: str) -> None:
    answer = locked.get(path)

    assert (answer.status_code, code_of(answer)) == (401, "token_required")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_leads_to_the_log_in(locked: FlaskClient, path: str) -> None:
    answer = locked.get(path)

    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/login?next=")


def test_posting_needs_the_token_too(locked: FlaskClient) -> None:
    assert locked.post("/predict", data=picture(), content_type="image/png").status_code == 401


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/login", "/static/site.css", "/favicon.ico"])
def test_health_and_the_log_in_need_no_token(locked: FlaskClient, path: str) -> None:
    assert locked.get(path, buffered=True).status_code in (200, 503)


@pytest.mark.parametrize("path", ["/", "/metrics", "/openapi.json", "/docs"])
def test_the_bearer_header_opens_everything(locked: FlaskClient, path: str) -> None:
    assert locked.get(path, headers=BEARER).status_code == 200


@pytest.mark.parametrize("given", ["Bearer wrong", f"Bearer {TOKEN}x", f"bearer {TOKEN[:-1]}", "Bearer"])
def test_another_token_opens_nothing(given: str) -> None:
    client = make_app(token=TOKEN).test_client()

    answer = client.get("/metrics", headers={"Authorization": given})

    assert answer.status_code == 401
    assert code_of(answer) in ("wrong_token", "token_required")


def test_a_forged_cookie_opens_nothing(locked: FlaskClient) -> None:
    for value in (TOKEN, "in", "in.aaaa.bbbb"):
        assert locked.get("/metrics", headers={"Cookie": f"{COOKIE}={value}"}).status_code == 401


def test_a_guesser_is_told_to_wait_and_the_right_token_opens_all_the_same() -> None:
    client = make_app(token=TOKEN).test_client()
    for _ in range(FAILURES):
        assert client.get("/metrics", headers={"Authorization": "Bearer guess"}).status_code == 401

    for scheme in ("Bearer guess", basic("anybody", "guess")):
        answer = client.get("/metrics", headers={"Authorization": scheme})
        assert (answer.status_code, code_of(answer)) == (429, "too_many_attempts")
        assert int(answer.headers["Retry-After"]) > 0
    for scheme in (f"Bearer {TOKEN}", basic("anybody", TOKEN)):
        assert client.get("/metrics", headers={"Authorization": scheme}).status_code == 200


# Players and cameras' viewers, which know no bearer tokens


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("user", ["", "fer", "admin", "J\u00fcrgen"])
def test_the_token_is_taken_as_the_password_of_any_user(locked: FlaskClient, user: str) -> None:
    assert locked.get("/metrics", headers={"Authorization": basic(user, TOKEN)}).status_code == 200
    assert locked.get("/", headers={"Authorization": basic(user, TOKEN)}).status_code == 200


@pytest.mark.parametrize(
    "given", [basic("fer", "wrong"), basic(TOKEN, ""), basic(TOKEN, TOKEN[:-1]), "Basic", "Basic x"]
)
def test_another_password_opens_nothing(given: str) -> None:
    answer = make_app(token=TOKEN).test_client().get("/metrics", headers={"Authorization": given})

    assert answer.status_code == 401
    assert code_of(answer) in ("wrong_token", "token_required")


@pytest.mark.parametrize(
    ("headers", "is_asked"),
    [
        ({"User-Agent": "VLC/3.0.21 LibVLC/3.0.21"}, True),
        ({"User-Agent": "Lavf/61.7.100"}, True),
        ({"User-Agent": "Mozilla/5.0", "Sec-Fetch-Dest": "document", "Accept": "text/html,*/*"}, True),
        ({"User-Agent": "Mozilla/5.0", "Accept": "text/html,*/*"}, True),
        ({"User-Agent": "Mozilla/5.0", "Sec-Fetch-Dest": "empty", "Accept": "*/*"}, False),
        ({"User-Agent": "Mozilla/5.0", "Sec-Fetch-Dest": "image", "Accept": "image/avif,*/*"}, False),
        ({"User-Agent": "Mozilla/5.0", "Accept": "text/event-stream"}, False),
    ],
)
def test_players_are_asked_for_a_password_and_parts_of_pages_are_not(
    locked: FlaskClient, headers: dict[str, str], is_asked: bool
) -> None:
    asked = locked.get("/stream", headers=headers).headers.getlist("WWW-Authenticate")

    assert asked[0] == 'Bearer realm="fer_web"'
    assert any(one.startswith("Basic ") for one in asked) is is_asked


# How often one address may ask


def test_an_address_that_asks_too_often_waits_and_this_machine_never_does() -> None:
    client = make_app(token=TOKEN, requests_per_minute=3).test_client(use_cookies=False)
    far = {"REMOTE_ADDR": "192.168.1.9"}

    codes = [client.get("/metrics", headers=BEARER, environ_base=far).status_code for _ in range(5)]
    late = client.get("/login", environ_base=far)

    assert codes == [200, 200, 200, 429, 429]
    assert code_of(late) == "too_many_requests"
    assert 0 < int(late.headers["Retry-After"]) <= 20
    assert client.get("/metrics", headers=BEARER, environ_base={"REMOTE_ADDR": "192.168.1.8"}).status_code == 200
    for path in ("/health/live", "/static/site.css", "/favicon.ico"):
        assert client.get(path, environ_base=far, buffered=True).status_code == 200
    for here in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        asked = {
            client.get("/metrics", headers=BEARER, environ_base={"REMOTE_ADDR": here}).status_code for _ in range(9)
        }
        assert asked == {200}


def test_clients_of_a_trusted_proxy_are_counted_one_by_one() -> None:
    client = make_app(token=TOKEN, requests_per_minute=2, trusted_proxies=1).test_client(use_cookies=False)

    codes = [
        client.get("/metrics", headers={**BEARER, "X-Forwarded-For": address}).status_code
        for address in ("203.0.113.1", "203.0.113.1", "203.0.113.1", "203.0.113.2")
    ]

    assert codes == [200, 200, 429, 200]


def test_without_a_token_only_this_machine_is_served(client: FlaskClient) -> None:
    answer = client.get("/metrics", environ_base={"REMOTE_ADDR": "192.168.1.9"})

    assert (answer.status_code, code_of(answer)) == (403, "local_only")


def test_without_a_token_everybody_is_served_only_when_that_was_asked_for() -> None:
    client = make_app(host="0.0.0.0", insecure_no_token=True).test_client()

    answer = client.get("/metrics", headers={"Host": "192.168.1.5"}, environ_base={"REMOTE_ADDR": "192.168.1.9"})

    assert answer.status_code == 200


def test_a_proxy_on_this_machine_counts_as_this_machine() -> None:
    client = make_app(trusted_proxies=1, hosts="faces.example.org").test_client()
    headers = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "faces.example.org", "X-Forwarded-Proto": "https"}

    assert client.get("/metrics", headers=headers).status_code == 200


def test_a_proxy_that_is_not_trusted_does_not_name_the_host() -> None:
    client = make_app(hosts="faces.example.org").test_client()

    answer = client.get("/health/live", headers={"Host": "evil.example", "X-Forwarded-Host": "faces.example.org"})

    assert answer.status_code == 421


# Headers


@pytest.mark.parametrize("path", ["/", "/login", "/nothing", "/health/live", "/static/site.css", "/metrics"])
def test_every_answer_is_hardened(client: FlaskClient, path: str) -> None:
    headers = client.get(path, buffered=True).headers

    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


def test_refusals_are_hardened_too(locked: FlaskClient) -> None:
    answer = locked.get("/stream")

    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
