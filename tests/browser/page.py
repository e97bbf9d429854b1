"""What tests ask of a page."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Literal, TypeVar

from selenium.common.exceptions import (
    NoSuchElementException,
    StaleElementReferenceException,
    TimeoutException,
    WebDriverException,
)
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

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


# What a page is showing: its address, each element's data-state, and its text.
SHOWN = """
    const states = [...document.querySelectorAll("[data-state]")].map((one) => `${one.id}: ${one.dataset.state}`);
    return `${location.href} (${document.visibilityState}) [${states.join(", ")}]\\n${document.body?.innerText ?? ""}`;
"""

POLL_S = 0.1
Found = TypeVar("Found")


class Waiting:
    """Asks a page again and again; in vain, the error tells what the page showed and complained of.

    Patience is counted in questions and not by the clock: a machine that stands still for a minute has asked nothing.
    """

    def __init__(self, browser: Chrome, timeout_s: float) -> None:
        self._browser, self._questions = browser, math.ceil(timeout_s / POLL_S)

    def until(self, condition: Callable[[Chrome], Literal[False] | Found]) -> Found:
        """What the condition finds as soon as it is true; its elements may be missing, or go while they are read."""
        for _ in range(self._questions):
            with suppress(NoSuchElementException, StaleElementReferenceException):
                if found := condition(self._browser):
                    return found
            time.sleep(POLL_S)
        raise TimeoutException(f"asked {self._questions} times in vain\n{shown(self._browser)}")


def waiting(browser: Chrome, timeout_s: float = PATIENCE_S) -> Waiting:
    """`waiting(browser).until(condition)`."""
    return Waiting(browser, timeout_s)


def shown(browser: Chrome) -> str:
    """A page in words, for those who read that a test has failed."""
    try:
        return "\n".join([str(browser.execute_script(SHOWN)), *complaints(browser)])
    except WebDriverException as error:
        return f"the page does not answer: {error.msg}"


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
