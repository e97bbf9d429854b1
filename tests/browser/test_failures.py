"""What people see who open an address that is not there, or no longer."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome

from tests.browser.conftest import Wait
from tests.browser.looks import look
from tests.browser.page import one, text
from tests.browser.server import Service
from tests.browser.test_accessible import violations, with_axe


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)])
@pytest.mark.parametrize(
    ("path", "said", "way_on"),
    [
        ("/nowhere", "There is nothing at /nowhere.", "Live page"),
        ("/recordings/deleted", "No such recording; it may have been deleted.", "All recordings"),
    ],
)
def test_an_address_that_is_not_there_is_a_page_with_a_way_on(
    server: Service, browser: Chrome, wait: Wait, path: str, said: str, way_on: str, size: tuple[int, int]
) -> None:
    look(browser, size)
    browser.get(f"{server.url}{path}")

    assert (text(browser, "h1"), text(browser, ".lead")) == ("Not found", said)
    with_axe(browser)
    assert violations(browser) == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    button = one(browser, "main a.button")
    assert button.text == way_on
    button.click()
    wait(browser).until(lambda _: text(browser, "h1") != "Not found")
