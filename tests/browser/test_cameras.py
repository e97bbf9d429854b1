"""A page of a service with two cameras: one is chosen, watched and recorded by itself."""

from __future__ import annotations

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from tests.browser.conftest import Serve, Wait
from tests.browser.page import complaints, every, one, text
from tests.browser.test_accessible import check
from tests.browser.test_recording import ask, begin, runs


def test_a_camera_is_chosen_watched_and_recorded_by_itself(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve(FER_SOURCE="", FER_CAMERAS="door=demo:,desk=demo:?faces=2")
    browser.get(server.url)
    wait(browser).until(lambda _: len(every(browser, ".person[data-emotion]")) == 1)
    assert text(browser, ".cameras [aria-current=page]") == "door"

    browser.find_element(By.LINK_TEXT, "desk").click()
    wait(browser).until(lambda _: len(every(browser, ".person[data-emotion]")) == 2)
    assert text(browser, ".cameras [aria-current=page]") == "desk"
    check(browser)
    begin(browser, "At the desk")
    wait(browser).until(lambda _: runs(browser))

    door, desk = ask(server, "/api/cameras")["cameras"]
    assert door["recording"] is None
    assert desk["recording"] is not None
    one(browser, "#record-stop").click()
    wait(browser).until(lambda _: not runs(browser))
    assert complaints(browser) == []
