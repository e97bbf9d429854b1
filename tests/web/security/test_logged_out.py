from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest

from fer_web.web.security.logged_out import LoggedOut


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_log_out_outlasts_the_program(tmp_path: Path) -> None:
    path = tmp_path / "data" / "logged-out"
    LoggedOut(path).add("mine", 4e9)

    assert "mine" in LoggedOut(path)
    assert "theirs" not in LoggedOut(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_nothing_is_made_before_somebody_logs_out(tmp_path: Path) -> None:
    assert "mine" not in LoggedOut(tmp_path / "data" / "logged-out")
    assert list(tmp_path.iterdir()) == []


def test_another_server_on_the_folder_hears_of_it(tmp_path: Path) -> None:
    here, there = LoggedOut(tmp_path / "logged-out"), LoggedOut(tmp_path / "logged-out")
    here.add("first", 4e9)
    assert "first" in there

    there.add("second", 4e9)

    assert "second" in here
    assert "first" in here


def test_it_is_forgotten_when_the_cookie_would_have_expired(tmp_path: Path) -> None:
    clock = Clock()
    ended = LoggedOut(tmp_path / "logged-out", clock)
    ended.add("mine", 2000.0)
    clock.now = 2001.0
    ended.add("theirs", 3000.0)

    assert "mine" not in ended
    assert "theirs" in ended
    assert "mine" not in LoggedOut(tmp_path / "logged-out", clock)


def test_where_nothing_can_be_written_it_holds_until_the_program_ends(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    (tmp_path / "data").write_text("no folder", encoding="utf-8")
    ended = LoggedOut(tmp_path / "data" / "logged-out")

    ended.add("mine", 4e9)

    assert "mine" in ended
    assert "lasts only until this program ends" in caplog.text


def test_a_damaged_file_ends_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "logged-out"
    path.write_bytes(b"\xff\x00\nx y\n4000000000 mine\n40000")

    assert "mine" in LoggedOut(path)
    assert "y" not in LoggedOut(path)
