"""A page of a service with two cameras: one is chosen, watched and recorded by itself."""

from __future__ import annotations

from pathlib import Path

from selenium.webdriver import ActionChains, Chrome, Keys
from selenium.webdriver.common.by import By

from fer_web.sources.masking import MASK_GRAY
from tests.browser.conftest import Serve, Wait
from tests.browser.page import attribute, complaints, every, frame, one, text
from tests.browser.test_accessible import check
from tests.browser.test_recording import ask, begin, runs

SLOW_SAVING = """
    const send = window.fetch;
    window.fetch = async (address, request) => {
        const answer = await send(address, request);
        if (request?.method === "PUT")
            await new Promise((resolve) => { window.isSaving = true; window.goOn = resolve; });
        return answer;
    };
"""
WIDTHS = "return [...document.querySelectorAll('.tile img')].map((image) => image.naturalWidth)"


def test_a_camera_is_chosen_watched_and_recorded_by_itself(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve(FER_SOURCE="", FER_CAMERAS="door=demo:,desk=demo:?faces=2")
    browser.get(f"{server.url}/?camera=door")
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


def test_the_wall_shows_every_camera_and_leads_to_each(
    serve: Serve, browser: Chrome, wait: Wait, tmp_path: Path
) -> None:
    gone = tmp_path / "gone.mp4"
    server = serve(FER_SOURCE="", FER_CAMERAS=f"door=demo:,desk=demo:?faces=2,lost={gone},hall=demo:,yard=demo:")
    browser.get(server.url)

    wait(browser).until(lambda _: people(browser) == ["1 person", "2 people", "", "1 person", "1 person"])
    wait(browser).until(lambda _: [width > 0 for width in browser.execute_script(WIDTHS)] == [True] * 5)
    assert max(browser.execute_script(WIDTHS)) <= 400
    assert "Reconnecting" in text(browser, "[data-name=lost] .curtain")
    check(browser)

    one(browser, "[data-name=desk] a").send_keys(Keys.ENTER)
    wait(browser).until(lambda _: len(every(browser, ".person[data-emotion]")) == 2)
    assert text(browser, ".cameras [aria-current=page]") == "desk"
    assert complaints(browser) == []


def people(browser: Chrome) -> list[str]:
    return [tile.text for tile in every(browser, ".tile .people")]


def test_a_part_of_the_picture_is_hidden_by_drawing_and_by_keys(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve()
    browser.get(f"{server.url}/cameras/main/mask")
    wait(browser).until(lambda _: browser.execute_script("return document.querySelector('#picture').naturalWidth"))
    check(browser)

    for right, down in ((0.02, 0.02), (0.98, 0.02), (0.98, 0.98), (0.02, 0.98)):
        click(browser, right, down)
    every(browser, "#handles button")[0].click()
    wait(browser).until(lambda _: len(every(browser, "#areas li")) == 1)
    one(browser, "#rectangle").click()
    handle = every(browser, "#handles button")[-1]
    handle.send_keys(Keys.ARROW_LEFT, Keys.ARROW_DOWN)
    assert every(browser, "#areas input")[1].get_attribute("value") == "40,40 60,40 60,60 39,61"
    every(browser, "#areas button")[1].click()
    one(browser, "#undo").click()
    assert len(every(browser, "#areas li")) == 2
    numbers = every(browser, "#areas input")[1]
    numbers.clear()
    numbers.send_keys("0,0 100,0 100,100 0,100", Keys.TAB)
    one(browser, "#save").click()
    wait(browser).until(lambda _: text(browser, "#told").startswith("Saved."))

    assert ask(server, "/api/cameras/main/mask")["polygons"][1] == [[0, 0], [1, 0], [1, 1], [0, 1]]
    browser.get(server.url)
    wait(browser).until(lambda _: text(browser, "#emotion") == "Nobody is in view")
    assert "Parts of this picture are hidden" in text(browser, "#masked")
    wait(browser).until(lambda _: is_gray(frame(browser)))
    assert complaints(browser) == []


def test_nothing_is_saved_over_what_is_hidden_while_that_is_not_known(
    serve: Serve, browser: Chrome, wait: Wait
) -> None:
    server = serve(FER_SOURCE="", FER_CAMERAS="door=shared:door", FER_REDIS_URL="redis://127.0.0.1:1/0")
    browser.get(f"{server.url}/cameras/door/mask")
    wait(browser).until(lambda _: "Redis does not answer" in text(browser, "#error"))
    assert "Reload this page" in text(browser, "#error")

    assert attribute(browser, ".board", "inert") is not None, "what was drawn could not be saved"
    assert one(browser, "#save").get_attribute("disabled") is not None


def test_what_is_drawn_while_a_mask_is_being_saved_is_not_lost(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve()
    browser.get(f"{server.url}/cameras/main/mask")
    wait(browser).until(lambda _: attribute(browser, ".board", "inert") is None)
    browser.execute_script(SLOW_SAVING)
    one(browser, "#rectangle").click()
    one(browser, "#save").click()
    wait(browser).until(lambda _: browser.execute_script("return window.isSaving"))

    one(browser, "#rectangle").click()
    browser.execute_script("window.goOn()")

    wait(browser).until(lambda _: text(browser, "#told") == "Saved, but not what you have changed since: save again.")
    assert len(ask(server, "/api/cameras/main/mask")["polygons"]) == 1
    assert len(every(browser, "#areas li")) == 2
    browser.execute_script("window.isSaving = false")
    one(browser, "#save").click()
    wait(browser).until(lambda _: browser.execute_script("return window.isSaving"))
    browser.execute_script("window.goOn()")
    wait(browser).until(lambda _: text(browser, "#told") == "Saved. These areas are hidden from now on.")
    assert len(ask(server, "/api/cameras/main/mask")["polygons"]) == 2


def click(browser: Chrome, right: float, down: float) -> None:
    """A click into the picture, in shares of its width and height from its left upper corner."""
    board = one(browser, ".board")
    offset = ((right - 0.5) * board.size["width"], (down - 0.5) * board.size["height"])
    ActionChains(browser).move_to_element_with_offset(board, *map(round, offset)).click().perform()


def is_gray(shown: tuple[int, ...] | None) -> bool:
    """Whether nothing but the mask's gray is in the lower half."""
    return shown is not None and all(abs(red - MASK_GRAY[0]) < 12 for red in shown[len(shown) // 2 :: 4])
