from __future__ import annotations

import pytest

from fer_web.web.security.access import COOKIE_AGE_S, Access, is_own_origin, origin_of


@pytest.mark.parametrize(
    ("origin", "host", "expected"),
    [
        ("http://localhost:5000", "localhost:5000", True),
        ("https://faces.example.org", "faces.example.org", True),
        ("http://LOCALHOST:5000", "localhost:5000", True),
        ("http://localhost:5001", "localhost:5000", False),
        ("http://evil.example", "localhost:5000", False),
        ("null", "localhost:5000", False),
        ("http://localhost:99999", "localhost:5000", False),
        ("", "localhost:5000", False),
        ("http://[", "localhost:5000", False),
        ("http://[::1", "[::1]:5000", False),
        ("http://localhost:5000", "[", False),
        ("http://localhost:x", "localhost", False),
        ("http://a\u2100b", "localhost", False),
    ],
)
def test_an_origin_is_ours_only_with_our_name_and_port(origin: str, host: str, expected: bool) -> None:
    assert is_own_origin(origin, host) is expected


def test_a_service_on_all_interfaces_is_known_by_any_address_but_by_no_foreign_name() -> None:
    access = Access.of("t", "0.0.0.0", ["faces.example.org"], [])

    known = {host: access.knows_host(host) for host in ("192.168.1.5:5000", "faces.example.org", "evil.example", "")}

    assert known == {"192.168.1.5:5000": True, "faces.example.org": True, "evil.example": False, "": False}


def test_a_service_on_loopback_is_not_known_by_other_addresses() -> None:
    assert not Access.of(None, "127.0.0.1", [], []).knows_host("192.168.1.5:5000")


def test_the_token_and_only_the_token_is_the_token() -> None:
    access = Access.of("correct horse", "127.0.0.1", [], [])

    assert access.is_token("correct horse")
    assert not access.is_token("correct hors")
    assert not access.is_token("")
    assert not Access().is_token("")


def test_a_cookie_stands_for_the_token_without_holding_it() -> None:
    access = Access.of("correct horse", "127.0.0.1", [], [])
    cookie = access.new_cookie()

    assert access.is_cookie(cookie)
    assert "correct" not in cookie
    other = "A" if cookie[-5] != "A" else "B"  # not the last letter, some of whose bits say nothing
    assert not access.is_cookie(cookie[:-5] + other + cookie[-4:])
    assert not Access.of("another token", "127.0.0.1", [], []).is_cookie(cookie)


def test_a_token_is_known_in_every_form_that_headers_carry_it_in() -> None:
    access = Access.of("schlüssel über alles", "127.0.0.1", [], [])

    assert access.is_token("schlüssel über alles")
    assert access.is_token("schlüssel über alles".encode().decode("latin-1"))
    assert not access.is_token("schlussel uber alles")
    assert not access.is_token("\udce9 über alles")


def test_two_log_ins_have_two_cookies_and_logging_out_ends_one() -> None:
    access = Access.of("correct horse", "127.0.0.1", [], [])
    mine, theirs = access.new_cookie(), access.new_cookie()

    access.end_cookie(mine)
    access.end_cookie("forged")

    assert not access.is_cookie(mine)
    assert access.is_cookie(theirs)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://app.example.org/page?x=1", "https://app.example.org"),
        ("https://app.example.org", "https://app.example.org"),
        ("https://app.example.org:8443/", "https://app.example.org:8443"),
        ("https://app.example.org@evil.example/", ""),
        ("https://evil.example\\@app.example.org/", "https://evil.example"),
        ("https://evil.example/https://app.example.org", "https://evil.example"),
        ("app.example.org", ""),
        ("", ""),
    ],
)
def test_a_referer_tells_an_origin(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_cookie_expires(monkeypatch: pytest.MonkeyPatch) -> None:
    access = Access.of("correct horse", "127.0.0.1", [], [])
    cookie = access.new_cookie()
    now = __import__("time").time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + COOKIE_AGE_S + 2)

    assert not access.is_cookie(cookie)


def test_neither_token_nor_key_is_printed() -> None:
    access = Access.of("correct horse", "127.0.0.1", [], [])

    assert "correct horse" not in repr(access)
    assert "_key" not in repr(access)
