"""The projector view, step by step as docs/teaching.md has it, on a projector of 1920x1080."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser.conftest import Wait
from tests.browser.looks import look
from tests.browser.page import attribute, complaints, every, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check

LOADED = "return [...document.querySelectorAll('.map img')].every((image) => image.complete && image.naturalWidth > 0)"
FONTS = """return [...document.querySelectorAll("#lesson *")]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
    .filter((node) => node.checkVisibility() && !node.closest(".unseen, noscript, option"))
    .map((node) => parseFloat(getComputedStyle(node).fontSize))"""


def said(browser: Chrome) -> list[str]:
    """Both models' expressions."""
    return [text(browser, f"#said{side}").split(" ")[0] for side in (0, 1)]


def open_page(browser: Chrome, server: Service, wait: Wait, size: tuple[int, int] = (1920, 1080)) -> None:
    look(browser, size)
    browser.get(f"{server.url}/lab/projector")
    wait(browser).until(lambda _: text(browser, "#said1"))


def test_the_lesson_goes_as_written(server: Service, browser: Chrome, wait: Wait) -> None:
    browser.get(f"{server.url}/lab")
    look(browser, (1920, 1080))
    one(browser, "a[href='/lab/projector']").click()
    wait(browser).until(lambda _: text(browser, "#verdict") == "They disagree")
    assert said(browser) == ["happy", "fear"]
    assert "Warm: changed the answer most. It does not say why." in text(browser, ".warm")

    one(browser, "[data-part^='5,10']").click()  # eyes
    wait(browser).until(lambda _: text(browser, "#verdict") == "They agree")
    assert said(browser) == ["happy", "happy"]
    assert text(browser, "#said1 small").startswith("was fear")
    assert attribute(browser, "[data-part^='5,10']", "aria-pressed") == "true"

    one(browser, "[data-part^='7,30']").click()  # mouth
    wait(browser).until(lambda _: "happy" not in said(browser))

    one(browser, "#show-all").click()
    wait(browser).until(lambda _: said(browser) == ["happy", "fear"])
    assert text(browser, "#said0 small") == ""

    one(browser, "[data-face=smile]").click()
    wait(browser).until(lambda _: said(browser) == ["happy", "happy"])
    assert complaints(browser) == []


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 768)])
def test_a_room_can_read_it_without_scrolling(
    server: Service, browser: Chrome, wait: Wait, size: tuple[int, int]
) -> None:
    open_page(browser, server, wait, size)
    wait(browser).until(lambda _: browser.execute_script(LOADED))

    assert browser.execute_script("return document.documentElement.scrollHeight") <= size[1]
    widths = [one(browser, f"#map{side}").size["width"] for side in (0, 1)]
    assert min(widths) >= 399
    # A fiftieth of the picture's height is read from six times that height away.
    assert min(browser.execute_script(FONTS)) >= size[1] / 50 * 0.99


def test_a_part_is_drawn_or_moved_by_keys(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    face = one(browser, "#map0")

    ActionChains(browser).move_to_element_with_offset(face, -150, -120).click_and_hold().move_by_offset(
        300, 130
    ).release().perform()
    wait(browser).until(lambda _: text(browser, "#said1 small").startswith("was fear"))
    assert len([frame for frame in every(browser, ".part") if frame.is_displayed()]) == 2

    face.send_keys(Keys.ESCAPE)
    wait(browser).until(lambda _: text(browser, "#said1 small") == "")
    face.send_keys(Keys.ARROW_DOWN)
    assert "25 % from the left, 58 % from the top, 50 % wide, 33 % high" in text(browser, "#state")
    face.send_keys(Keys.ARROW_RIGHT, Keys.SHIFT + Keys.ARROW_UP)
    assert "27 % from the left, 58 % from the top, 50 % wide, 31 % high" in text(browser, "#state")
    face.send_keys(Keys.NULL, Keys.ENTER)
    wait(browser).until(lambda _: text(browser, "#said0 small").startswith("was happy"))


def test_what_cannot_be_compared_is_said_and_shows_nothing_old(
    server: Service, browser: Chrome, wait: Wait, tmp_path: Path
) -> None:
    open_page(browser, server, wait)
    Image.new("RGB", (300, 300), "teal").save(tmp_path / "nobody.png")
    one(browser, "#image").send_keys(str(tmp_path / "nobody.png"))
    wait(browser).until(lambda _: text(browser, "#error") == "No face found. Try another picture.")
    assert not one(browser, "#said0").is_displayed()

    one(browser, "[data-face=mixed]").click()
    wait(browser).until(lambda _: one(browser, "#said0").is_displayed())
    Select(one(browser, "#model1")).select_by_visible_text("xception-pair")
    wait(browser).until(lambda _: text(browser, "#error") == "Choose two different models.")
    assert not one(browser, "#map0").is_displayed()
    Select(one(browser, "#model1")).select_by_visible_text("inception")
    wait(browser).until(lambda _: one(browser, "#map0").is_displayed())
    assert text(browser, "#error") == ""


def test_it_is_for_everybody_while_a_part_is_hidden(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    one(browser, "[data-part]").click()
    wait(browser).until(lambda _: text(browser, "#said0 small"))

    check(browser)
