"""What keeps people from using a page, as axe-core finds it, in both themes and on narrow and wide windows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from selenium.webdriver import Chrome

from tests.browser.conftest import Serve, Wait
from tests.browser.looks import look
from tests.browser.page import complaints, every, frame, one, text, waiting
from tests.browser.server import Service

AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1" / "axe.min.js"
RUN = """
    const done = arguments[0];
    axe.run(document, { resultTypes: ["violations"] }).then((found) => done(found.violations));
"""
LOOKS = [((360, 740), "light"), ((360, 740), "dark"), ((1280, 900), "light"), ((1280, 900), "dark")]


def with_axe(browser: Chrome) -> None:
    """Put axe-core into the page."""
    browser.execute_script(AXE.read_text(encoding="utf-8"))


def violations(browser: Chrome) -> list[str]:
    """With the places where they are."""
    found: list[dict[str, Any]] = browser.execute_async_script(RUN)
    return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]


def check(browser: Chrome) -> None:
    """Nothing that axe finds, nothing wider than the window, no complaint of the browser's, however one looks at it."""
    waiting(browser).until(lambda _: browser.execute_script("return document.readyState") == "complete")
    with_axe(browser)
    for size, scheme in LOOKS:
        look(browser, size, scheme)
        assert violations(browser) == [], (size, scheme)
        assert browser.execute_script("return document.documentElement.scrollWidth") <= size[0]
    assert complaints(browser) == []


@pytest.mark.parametrize(
    "path",
    [
        "/about",
        "/privacy",
        "/docs",
        "/videos",
        "/my-camera",
        "/practice",
        "/recordings",
        "/studies",
        "/lab",
        "/lab/projector",
    ],
)
def test_texts_are_for_everybody(server: Service, browser: Chrome, path: str) -> None:
    browser.get(f"{server.url}{path}")

    check(browser)


def test_the_api_is_for_everybody_with_everything_unfolded(server: Service, browser: Chrome) -> None:
    browser.get(f"{server.url}/docs")
    browser.execute_script("for (const one of document.querySelectorAll('details')) one.open = true")

    check(browser)


def test_the_live_page_is_for_everybody(server: Service, browser: Chrome, wait: Wait) -> None:
    browser.get(server.url)
    wait(browser).until(lambda _: every(browser, ".person") and frame(browser))

    check(browser)


def test_the_page_for_pictures_is_for_everybody(server: Service, browser: Chrome, wait: Wait, tmp_path: Path) -> None:
    from skimage.data import astronaut

    Image.fromarray(astronaut()).save(tmp_path / "face.png")
    browser.get(f"{server.url}/try")
    one(browser, "#heatmap").click()
    one(browser, "#image").send_keys(str(tmp_path / "face.png"))
    wait(browser).until(lambda _: "analyzed" in text(browser, "#progress"))

    check(browser)


def test_the_log_in_and_the_notice_are_for_everybody(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve(FER_TOKEN="sixteen letters or more", FER_NOTICE="This door is filmed.")
    browser.get(server.url)
    check(browser)

    look(browser, (1280, 900))
    one(browser, "#token").send_keys("sixteen letters or more")
    one(browser, "main button").click()

    wait(browser).until(lambda _: text(browser, "h1") == "Please read this first")
    check(browser)
