"""How tests wait for a page."""

from __future__ import annotations

import pytest
from selenium.common.exceptions import TimeoutException
from selenium.webdriver import Chrome

from tests.browser.conftest import Wait
from tests.browser.page import one, waiting


def test_a_condition_may_lose_its_elements_while_it_reads_them(browser: Chrome, wait: Wait) -> None:
    browser.get("data:text/html,<p>old</p>")
    found = [one(browser, "p")]
    browser.execute_script("document.querySelector('p').outerHTML = '<p>new</p>'")

    def says_new(_: Chrome) -> bool:
        read = found.pop() if found else one(browser, "p")
        return read.text == "new"

    assert wait(browser).until(says_new)
    assert not found


def test_a_wait_in_vain_tells_what_the_page_shows(browser: Chrome) -> None:
    browser.get("data:text/html,<main id=camera data-state=asking>Waiting for the camera</main>")
    browser.execute_script("console.error('no frame came')")

    with pytest.raises(TimeoutException) as error:
        waiting(browser, 0.2).until(lambda page: page.title == "never")

    for part in ("camera: asking", "Waiting for the camera", "no frame came"):
        assert part in str(error.value)
