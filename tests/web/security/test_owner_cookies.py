from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from fer_web.errors import StoreError
from fer_web.web.security.owner_cookies import FILE, OwnerCookies


def test_an_owner_is_known_after_a_restart_and_by_other_servers(tmp_path: Path) -> None:
    path = tmp_path / "data" / FILE
    cookies = OwnerCookies(path)
    owner = cookies.new_owner()

    value = cookies.cookie_of(owner)

    assert OwnerCookies(path).owner_of(value) == cookies.owner_of(value) == owner
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert list(path.parent.iterdir()) == [path]


def test_servers_that_begin_at_once_share_one_secret(tmp_path: Path) -> None:
    servers = [OwnerCookies(tmp_path / FILE) for _ in range(16)]
    with ThreadPoolExecutor(len(servers)) as pool:
        values = list(pool.map(lambda server: server.cookie_of("ann"), servers))

    assert len(set(values)) == 1
    assert [server.owner_of(values[0]) for server in servers] == ["ann"] * len(servers)


@pytest.mark.parametrize("value", ["", ".", "ann", "ann.x", "ann.\udcff", "ä.ö", "a" * 10_000])
def test_anything_else_is_nobodys_cookie(tmp_path: Path, value: str) -> None:
    cookies = OwnerCookies(tmp_path / FILE)
    assert cookies.owner_of(value) == ""
    cookies.cookie_of("ann")
    assert cookies.owner_of(value) == ""


def test_a_cookie_of_another_server_is_nobodys(tmp_path: Path) -> None:
    value = OwnerCookies(tmp_path / "one" / FILE).cookie_of("ann")
    other = OwnerCookies(tmp_path / "two" / FILE)
    other.cookie_of("ben")

    assert other.owner_of(value) == ""


def test_reading_makes_nothing(tmp_path: Path) -> None:
    assert OwnerCookies(tmp_path / "data" / FILE).owner_of("ann.x") == ""
    assert list(tmp_path.iterdir()) == []


def test_a_secret_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way")

    with pytest.raises(StoreError, match="data"):
        OwnerCookies(tmp_path / "data" / FILE).cookie_of("ann")
