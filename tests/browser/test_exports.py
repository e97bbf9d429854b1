"""A recording's page: files for other programs, and markers from a file."""

from __future__ import annotations

import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from tests.browser.conftest import Wait
from tests.browser.page import complaints, every, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check
from tests.browser.test_recording import ask
from tests.browser.test_recording import server as server


@pytest.fixture
def recording(server: Service) -> str:
    """Some seconds of the demo: until its person was there for long enough to be one of the report's."""
    started = ask(server, "/api/recordings", "POST", {"consent": True, "name": "For ELAN"})
    until_s = time.monotonic() + 60
    while not ask(server, f"/api/recordings/{started['id']}/summary.json")["people"] and time.monotonic() < until_s:
        time.sleep(0.2)
    ask(server, f"/api/recordings/{started['id']}/stop", "POST")
    return str(started["id"])


def choose(page: Chrome, folder: Path, lines: str) -> None:
    (folder / "markers.csv").write_text(lines, encoding="utf-8")
    one(page, "#import-file").send_keys(str(folder / "markers.csv"))
    one(page, "#import-look").click()


def test_files_are_offered_for_other_programs(server: Service, browser: Chrome, recording: str) -> None:
    browser.get(f"{server.url}/recordings/{recording}")
    one(browser, ".more > summary").click()
    links = [str(link.get_attribute("href")) for link in every(browser, ".exports a")]

    assert [link.rpartition("/")[2] for link in links] == [link.text for link in every(browser, ".exports a")]
    for link in links:
        with urllib.request.urlopen(link, timeout=60) as answer:
            assert len(answer.read()) > 100
    check(browser)
    assert complaints(browser) == []


def test_markers_are_shown_before_they_are_added(
    server: Service, browser: Chrome, recording: str, tmp_path: Path, wait: Wait
) -> None:
    browser.get(f"{server.url}/recordings/{recording}")
    one(browser, "#import > summary").click()
    choose(browser, tmp_path, "time_s,label\n1.5,<b>Task</b>\n0.5,Ready\n")
    wait(browser).until(lambda page: text(page, "#import-title") == "2 new markers")

    assert browser.switch_to.active_element.get_attribute("id") == "import-title"
    rows: list[Any] = every(browser, "#import-preview tbody tr")
    assert [row.text for row in rows] == ["0:00.5 Ready", "0:01.5 <b>Task</b>"]
    assert "beginning of the recording" in text(browser, "#import-clocks")
    assert ask(server, f"/api/recordings/{recording}")["markers"] == 0
    check(browser)

    one(browser, "#import-add").click()
    wait(browser).until(lambda page: "<b>Task</b>" in text(page, ".report"))
    assert ask(server, f"/api/recordings/{recording}")["markers"] == 2

    one(browser, "#import > summary").click()
    choose(browser, tmp_path, "time_s,label\n1.5,<b>Task</b>\n")
    wait(browser).until(lambda page: text(page, "#import-title") == "0 new markers; 1 marker is there already")
    assert not one(browser, "#import-add").is_displayed()
    assert complaints(browser) == []


def test_what_is_wrong_with_a_file_is_told_with_its_line(
    server: Service, browser: Chrome, recording: str, tmp_path: Path, wait: Wait
) -> None:
    browser.get(f"{server.url}/recordings/{recording}")
    one(browser, "#import > summary").click()
    choose(browser, tmp_path, "time_s,label\nsoon,a\n")
    wait(browser).until(lambda page: "Line 2: time_s 'soon' is not a number" in text(page, "#import-form .error"))

    assert not one(browser, "#import-preview").is_displayed()
