"""What tests ask of a page."""

from __future__ import annotations

from typing import Any

from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.chromium import PATIENCE_S

# The <img>'s current frame, small, as a list of numbers; null while there is none.
FRAME = """
    const image = document.getElementById("stream");
    if (image.hidden || !image.naturalWidth) return null;
    const canvas = document.createElement("canvas");
    canvas.width = arguments[0]; canvas.height = arguments[1];
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
"""


def waiting(browser: Chrome, timeout_s: float = PATIENCE_S) -> WebDriverWait[Chrome]:
    """`waiting(browser).until(condition)`: elements may be missing, or go while they are read."""
    passing = (NoSuchElementException, StaleElementReferenceException)
    return WebDriverWait(browser, timeout_s, poll_frequency=0.1, ignored_exceptions=passing)


def one(browser: Chrome, selector: str) -> WebElement:
    return browser.find_element(By.CSS_SELECTOR, selector)


def every(browser: Chrome, selector: str) -> list[WebElement]:
    return browser.find_elements(By.CSS_SELECTOR, selector)


def text(browser: Chrome, selector: str) -> str:
    """What an element says; "" while there is none. One question, so that it cannot vanish in between."""
    script = "return document.querySelector(arguments[0])?.textContent.trim() ?? ''"
    return str(browser.execute_script(script, selector))


def attribute(browser: Chrome, selector: str, name: str) -> str | None:
    """An element's attribute, as it stands in the page."""
    script = "return document.querySelector(arguments[0])?.getAttribute(arguments[1])"
    found = browser.execute_script(script, selector, name)
    return None if found is None else str(found)


def frame(browser: Chrome, size: tuple[int, int] = (64, 48)) -> tuple[int, ...] | None:
    """The live picture's pixels, red, green, blue and opacity in turn; None while there is no picture."""
    found: Any = browser.execute_script(FRAME, *size)
    return None if found is None else tuple(found)


def has_new_frame(browser: Chrome, before: tuple[int, ...] | None) -> bool:
    """Whether the live picture shows something else than `before`."""
    now = frame(browser)
    return now is not None and now != before


def complaints(browser: Chrome) -> list[str]:
    """What the browser's console says since it was last asked: errors of scripts, violations of the policy."""
    return [str(entry["message"]) for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
