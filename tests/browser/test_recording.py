"""Recording from the pages: the visitor's own camera, the live picture that others watch, and what becomes of it."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys

from tests.browser.conftest import Browse, Wait
from tests.browser.looks import look
from tests.browser.page import complaints, every, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check
from tests.browser.test_my_camera import film as film
from tests.browser.test_my_camera import is_running, watching
from tests.browser.test_my_camera import start as start_camera

EVIL = '<img src=x onerror="document.title=1">'


def ask(server: Service, path: str, method: str = "GET", body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.url + path, data, {"Content-Type": "application/json"}, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


@pytest.fixture
def server(server: Service) -> Any:
    """The shared one, with nothing kept before and after."""
    ask(server, "/api/recordings?confirm=true", "DELETE")
    yield server
    ask(server, "/api/recordings?confirm=true", "DELETE")


def begin(page: Chrome, name: str, *boxes: str) -> None:
    one(page, "#record-open").click()
    one(page, "#record-name").send_keys(name)
    for box in ("#record-consent", *boxes):
        one(page, box).click()
    one(page, "#record-start").click()


def runs(page: Chrome) -> bool:
    return one(page, "#record-running").is_displayed()


def marked(page: Chrome) -> list[str]:
    """The newest markers, in one question: the list changes while it is read."""
    script = "return [...document.querySelectorAll('#markers li')].map((item) => item.lastChild.textContent)"
    return list(page.execute_script(script))


def test_ones_own_camera_is_recorded_from_start_to_report(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    start_camera(page, server.url)
    wait(page).until(lambda page: is_running(page) and len(every(page, ".person")) == 1)

    begin(page, EVIL)
    wait(page).until(runs)
    assert one(page, "#badge").is_displayed()
    assert page.switch_to.active_element.get_attribute("id") == "marker"
    page.switch_to.active_element.send_keys("He smiles", Keys.ENTER)
    wait(page).until(lambda page: marked(page) == ["He smiles"])
    one(page, "#marker-question").click()
    wait(page).until(lambda page: marked(page) == ["Question 1", "He smiles"])
    assert text(page, "#marker-question") == "Question 2"
    assert text(page, "#record-title") == EVIL
    wait(page).until(lambda page: text(page, "#record-elapsed") >= "0:02")
    one(page, "#record-stop").click()
    wait(page).until(lambda page: text(page, "#record-told a") == "See the report")
    assert not one(page, "#badge").is_displayed()
    assert complaints(page) == []

    one(page, "#record-told a").click()
    wait(page).until(lambda page: text(page, "h1") == EVIL)
    assert "He smiles" in text(page, ".report")
    assert "Browser camera" in text(page, ".head")
    (kept,) = ask(server, "/api/recordings")["recordings"]
    assert (kept["kind"], kept["state"], kept["tracks"], kept["markers"]) == ("visit", "finished", 1, 2)
    assert complaints(page) == []


def test_a_replay_stays_in_the_tab_and_plays_the_moments_of_the_report(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    start_camera(page, server.url)
    wait(page).until(lambda page: is_running(page) and len(every(page, ".person")) == 1)
    begin(page, "With a replay", "#record-replay")
    wait(page).until(runs)
    wait(page).until(lambda page: text(page, "#record-elapsed") >= "0:06")
    one(page, "#record-stop").click()
    wait(page).until(lambda page: text(page, "#record-told a") == "See the report")

    one(page, "#record-told a").click()
    wait(page).until(lambda page: text(page, "h1") == "With a replay")
    wait(page).until(lambda page: one(page, "#replay video").is_displayed())
    assert "only in this tab" in text(page, "#replay")
    assert text(page, ".bar [aria-current]") == "Recordings"
    assert not any("live.css" in link.get_attribute("href") for link in every(page, "link[rel=stylesheet]"))
    video = "document.querySelector('#replay video')"
    length = f"return Number.isFinite({video}.duration) ? {video}.duration : 0"
    wait(page).until(lambda page: 4 < page.execute_script(length) < 60)  # its end is found
    one(page, ".stage").send_keys(Keys.HOME, Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ENTER)
    wait(page).until(lambda page: 1 < page.execute_script(f"return {video}.currentTime") < 6)
    wait(page).until(lambda page: "happy" in (one(page, ".stage").get_attribute("aria-valuetext") or ""))
    check(page)
    sent = page.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert all(name.startswith((server.url, "blob:")) for name in sent)
    assert complaints(page) == []

    page.refresh()
    wait(page).until(lambda page: text(page, "h1") == "With a replay")
    assert not one(page, "#replay").is_displayed()  # gone with the document


def test_everybody_who_watches_sees_that_the_live_picture_is_recorded(
    server: Service, browser: Chrome, wait: Wait
) -> None:
    browser.get(server.url)
    wait(browser).until(lambda page: len(every(page, ".person")) == 1)
    assert not one(browser, "#badge").is_displayed()

    recording = ask(server, "/api/recordings", "POST", {"consent": True, "name": "Somebody else's"})
    wait(browser).until(runs)
    assert one(browser, "#badge").is_displayed()
    assert text(browser, "#record-title") == "Somebody else's"
    ask(server, f"/api/recordings/{recording['id']}/markers", "POST", {"text": "From afar"})
    wait(browser).until(lambda page: "From afar" in text(page, "#markers"))
    ask(server, f"/api/recordings/{recording['id']}/stop", "POST")
    wait(browser).until(lambda page: not runs(page))
    assert "has ended" in text(browser, "#record-told")

    one(browser, "#record-open").click()
    one(browser, "#record-start").click()
    assert not runs(browser)  # not without the box
    check(browser)
    look(browser, (1280, 900))
    one(browser, "#record-cancel").click()
    begin(browser, "Mine")
    wait(browser).until(runs)
    check(browser)
    one(browser, "#record-stop").click()
    wait(browser).until(lambda page: not runs(page))
    assert [one["name"] for one in ask(server, "/api/recordings")["recordings"]] == ["Mine", "Somebody else's"]


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
def test_the_live_picture_is_recorded_from_its_toolbar_to_the_report(
    server: Service, browser: Chrome, wait: Wait, size: tuple[int, int]
) -> None:
    look(browser, size)
    browser.get(server.url)
    wait(browser).until(lambda page: len(every(page, ".person")) == 1)

    begin(browser, "From the toolbar")
    wait(browser).until(runs)
    assert not one(browser, "#record-open").is_displayed()
    assert one(browser, "#badge").is_displayed()
    assert browser.switch_to.active_element.get_attribute("id") == "marker"
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    wait(browser).until(lambda page: text(page, "#record-elapsed") >= "0:02")
    one(browser, "#record-stop").click()
    wait(browser).until(lambda page: text(page, "#record-told a") == "See the report")
    wait(browser).until(lambda page: page.switch_to.active_element.get_attribute("id") == "record-open")

    one(browser, "#record-told a").click()
    wait(browser).until(lambda page: text(page, "h1") == "From the toolbar")
    assert complaints(browser) == []


def test_what_keeps_a_recording_from_starting_is_said_in_the_dialog(
    server: Service, browser: Chrome, wait: Wait
) -> None:
    browser.get(server.url)
    wait(browser).until(lambda page: len(every(page, ".person")) == 1)
    broken = "window.fetch = () => Promise.reject(new TypeError())"
    browser.execute_script(broken)

    begin(browser, "Never")

    wait(browser).until(lambda page: "does not answer" in text(page, "#record-refused"))
    assert one(browser, "#record-refused").is_displayed()
    assert browser.switch_to.active_element.get_attribute("id") == "record-start"  # the focus stays


def test_recordings_are_renamed_compared_and_deleted_after_asking(server: Service, browser: Chrome, wait: Wait) -> None:
    for name in ("First", "Second"):
        recording = ask(server, "/api/recordings", "POST", {"consent": True, "name": name})
        wait(browser).until(lambda _: ask(server, "/api/recordings?state=recording")["recordings"][0]["readings"] > 5)
        ask(server, f"/api/recordings/{recording['id']}/stop", "POST")
    browser.get(f"{server.url}/recordings")
    wait(browser).until(lambda page: [link.text for link in every(page, ".recording h2")] == ["Second", "First"])
    wait(browser).until(lambda page: len(every(page, ".shares span")) >= 2)
    check(browser)

    every(browser, ".rest button")[0].click()
    dialog = one(browser, "#new-name")
    assert dialog.get_property("value") == "Second"
    dialog.send_keys(EVIL, Keys.ENTER)
    wait(browser).until(lambda page: [link.text for link in every(page, ".recording h2")] == [EVIL, "First"])

    for box in every(browser, ".choose input"):
        box.click()
    one(browser, "#compare").click()
    wait(browser).until(lambda page: text(page, "h1") == "Comparison")
    assert [link.text for link in every(browser, ".head a")][:2] == ["First", EVIL]
    check(browser)
    every(browser, ".head a")[0].click()
    wait(browser).until(lambda page: text(page, "h1") == "First")
    check(browser)

    one(browser, "#delete").click()
    one(browser, "#delete-dialog [data-close]").click()
    assert ask(server, "/api/recordings")["total"] == 2
    one(browser, "#delete").click()
    one(browser, "#delete-dialog button[value=yes]").click()
    wait(browser).until(lambda page: [link.text for link in every(page, ".recording h2")] == [EVIL])
    one(browser, "#delete-all").click()
    one(browser, "#delete-dialog button[value=yes]").click()
    wait(browser).until(lambda page: one(page, "#nothing").is_displayed())
    assert ask(server, "/api/recordings")["total"] == 0
    assert browser.title == "FER Web: recordings"
    assert complaints(browser) == []
