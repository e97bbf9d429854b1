"""How tests wait for a page."""

from __future__ import annotations

from selenium.webdriver import Chrome

from tests.browser.conftest import Wait
from tests.browser.page import one


def test_a_condition_may_lose_its_elements_while_it_reads_them(browser: Chrome, wait: Wait) -> None:
    browser.get("data:text/html,<p>old</p>")
    found = [one(browser, "p")]
    browser.execute_script("document.querySelector('p').outerHTML = '<p>new</p>'")

    def says_new(_: Chrome) -> bool:
        read = found.pop() if found else one(browser, "p")
        return read.text == "new"

    assert wait(browser).until(says_new)
    assert not found
