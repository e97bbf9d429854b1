"""The live page, fed by the real service."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import numpy as np
from PIL import Image
from selenium.webdriver import ActionChains, Chrome, Keys

from fer_web.core import Emotion
from tests.browser.conftest import Serve, Wait
from tests.browser.looks import look
from tests.browser.page import attribute, complaints, every, frame, has_new_frame, one, text
from tests.browser.server import Service

EMOTIONS = [emotion.value for emotion in Emotion]
CHART = "return document.querySelector('#chart canvas').toDataURL()"
# How many of the picture's pixels have about the color of the shown expression.
COLORED = """
    const image = document.getElementById("stream");
    if (!image.naturalWidth) return -1;
    const color = getComputedStyle(document.querySelector(".person")).getPropertyValue("--color").trim();
    const wanted = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth; canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (wanted.every((value, channel) => Math.abs(value - data[at + channel]) < 40)) found += 1;
    }
    return found;
"""
PLACES = """
    const names = ["screen", "chart", "emotion", "record-open"];
    return Object.fromEntries(names.map((name) => [name, document.getElementById(name).getBoundingClientRect()]));
"""
SHIFT = """
    const done = arguments[0];
    let shift = 0;
    new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.value; })
      .observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => setTimeout(() => done(shift)));
"""


def open_page(browser: Chrome, server: Service, wait: Wait) -> None:
    """The live page, with the demo's face in it."""
    browser.get(server.url)
    wait(browser).until(lambda _: every(browser, ".person[data-emotion]") and frame(browser))


def layers(browser: Chrome) -> str:
    """Those that the picture is asked for with."""
    query = parse_qs(urlsplit(attribute(browser, "#stream", "src") or "").query, keep_blank_values=True)
    return query["overlay"][0]


def viewers(server: Service) -> int:
    lines = server.get("/metrics")[1].decode().splitlines()
    return sum(round(float(line.split()[1])) for line in lines if line.startswith("fer_viewers{"))


def test_the_picture_changes(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)

    before = frame(browser)

    wait(browser).until(lambda _: has_new_frame(browser, before))
    assert complaints(browser) == []


def test_the_demos_face_has_a_card_among_the_details(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    assert not one(browser, ".person").is_displayed()

    one(browser, ".more summary").click()
    card = one(browser, ".person")
    wait(browser).until(lambda _: "at the camera" in card.text)  # not judged while too few results came for that

    assert card.find_element("css selector", "h3 b").text.isdigit()
    assert [row.text for row in card.find_elements("css selector", ".bars dt")] == EMOTIONS
    shares = [int(row.text.rstrip(" %")) for row in card.find_elements("css selector", ".bars dd:last-child")]
    assert 96 <= sum(shares) <= 104  # each is rounded
    assert card.get_attribute("data-emotion") == EMOTIONS[shares.index(max(shares))]
    facts = dict(zip(*(card.find_elements("css selector", f".facts {name}") for name in ("dt", "dd")), strict=True))
    values = {name.text: value.text for name, value in facts.items()}
    assert set(values) == {"Blinks", "Eyes", "Looks", "Smile", "Yaw, pitch, roll", "Sharpness, light", "Size"}
    assert values["Yaw, pitch, roll"].count("°") == 3
    assert values["Looks"] == "at the camera"
    assert int(values["Smile"].rstrip(" %")) > 30  # the astronaut smiles


def test_one_large_expression_and_four_facts_stand_beside_the_picture(
    server: Service, browser: Chrome, wait: Wait
) -> None:
    open_page(browser, server, wait)
    wait(browser).until(lambda _: text(browser, "#looks") == "at the camera")

    emotion = text(browser, "#emotion").lower()
    assert emotion in EMOTIONS
    assert text(browser, "#sure").split(" ")[0].isdigit()
    facts = [row.text.split("\n")[0] for row in every(browser, ".four div")]
    assert facts == ["Looks", "Smile", "Blinks", "Head"]
    assert int(text(browser, "#smile").rstrip(" %")) > 30
    for size in ((1280, 900), (1280, 720)):
        look(browser, size)
        edges = browser.execute_script(PLACES)
        assert edges["chart"]["bottom"] <= size[1]  # above the fold
        assert edges["record-open"]["bottom"] <= size[1]
        assert edges["screen"]["right"] <= edges["emotion"]["left"]
    look(browser, (1280, 900))
    assert 0.6 < browser.execute_script(PLACES)["screen"]["width"] / 1248 < 0.7  # two thirds


def test_blinks_are_counted(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)

    def count_of_blinks() -> int:
        said = text(browser, "#blinks").split()[0]
        return int(said) if said.isdigit() else 0

    wait(browser).until(lambda _: count_of_blinks() >= 1)


def test_the_source_and_its_state_are_told(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)

    wait(browser).until(lambda _: text(browser, "#fps")[0].isdigit())

    assert attribute(browser, "#status", "data-status") == "demo"
    assert (text(browser, "#label"), text(browser, "#reason")) == ("Demo", "chosen in settings")
    assert float(text(browser, "#fps")) > 0
    assert text(browser, "#latency").endswith(" ms")
    assert text(browser, "#faces") == "1"
    assert text(browser, "#announcer")


def test_the_chart_moves_and_names_the_person(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)

    before = browser.execute_script(CHART)

    wait(browser).until(lambda _: browser.execute_script(CHART) != before)
    number = attribute(browser, ".person", "data-track")
    assert text(browser, "#minute-of") == f"person {number}"
    assert [item.text.split()[0] for item in every(browser, "#legend li")] == EMOTIONS


def test_who_is_shown_can_be_chosen(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve(FER_SOURCE="demo:?faces=2")
    browser.get(server.url)
    wait(browser).until(lambda _: len(every(browser, "#who button")) == 2 and "largest" in text(browser, "#minute-of"))

    for number in ("1", "2"):
        browser.find_element("xpath", f"//button[text()='Person {number}']").click()
        wait(browser).until(lambda _, number=number: text(browser, "#minute-of") == f"person {number}")
        assert text(browser, "#who [aria-pressed=true]") == f"Person {number}"


def test_what_is_drawn_is_chosen_and_remembered(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    wait(browser).until(lambda _: browser.execute_script(COLORED) > 300)

    for name in ("boxes", "labels", "landmarks"):
        one(browser, f"input[value={name}]").click()

    assert layers(browser) == "landmarks"
    wait(browser).until(lambda _: 0 <= browser.execute_script(COLORED) < 100)
    one(browser, "input[value=gaze]").send_keys(Keys.SPACE)
    browser.refresh()
    wait(browser).until(lambda _: frame(browser))
    assert layers(browser) == "landmarks,gaze"
    assert [box.get_attribute("value") for box in every(browser, "#layers input:checked")] == ["landmarks", "gaze"]


def test_a_chosen_blur_is_there_from_the_first_picture(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    one(browser, "input[value=blur]").click()

    browser.refresh()
    wait(browser).until(lambda _: frame(browser))

    entries = browser.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    asked = [name for name in entries if "/stream" in name] + [attribute(browser, "#stream", "src") or ""]
    assert all("blur" in name for name in asked), asked


def roughness(browser: Chrome) -> int:
    """The largest step between neighbors, below the corner with the rate; it is small where everything is blurred."""
    shown = frame(browser, (160, 120))
    if shown is None:
        return -1
    pixels = np.array(shown).reshape(120, 160, 4)[20:, :, :3]
    return int(max(np.abs(np.diff(pixels, axis=axis)).max() for axis in (0, 1)))


def test_the_whole_picture_is_blurred_with_the_other_layers_on_top(
    server: Service, browser: Chrome, wait: Wait
) -> None:
    open_page(browser, server, wait)
    for name in ("boxes", "labels"):
        one(browser, f"input[value={name}]").click()
    wait(browser).until(lambda _: browser.execute_script(COLORED) < 100)
    wait(browser).until(lambda _: roughness(browser) > 60)

    one(browser, "input[value=blur_picture]").click()
    wait(browser).until(lambda _: 0 <= roughness(browser) < 30)
    one(browser, "input[value=boxes]").click()
    wait(browser).until(lambda _: browser.execute_script(COLORED) > 300)


def test_the_toggle_says_that_a_face_that_is_not_found_is_not_blurred(
    server: Service, browser: Chrome, wait: Wait
) -> None:
    open_page(browser, server, wait)
    note = one(browser, "#blur-note")
    assert not note.is_displayed()

    for size in ((1280, 900), (390, 844)):
        look(browser, size)
        one(browser, "input[value=blur]").click()
        assert "not found is not blurred" in note.text
        one(browser, "input[value=blur_picture]").click()
        assert not note.is_displayed()
        for name in ("blur", "blur_picture"):
            one(browser, f"input[value={name}]").click()


def test_a_paused_page_lets_go_of_the_camera(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)

    one(browser, "#pause").click()

    assert attribute(browser, "#stream", "src") is None
    assert browser.execute_script("return document.getElementById('last').width") == 640  # the last picture stays
    assert text(browser, "#status") == text(browser, "#emotion") == "Paused"
    assert "Nobody" not in one(browser, "main").text
    assert every(browser, ".person") == []
    wait(browser).until(lambda _: viewers(server) == 0)
    one(browser, "#pause").click()
    wait(browser).until(lambda _: every(browser, ".person") and frame(browser))


def test_a_hidden_page_lets_go_of_the_camera(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    page = browser.current_window_handle

    browser.switch_to.new_window("tab")
    try:
        wait(browser).until(lambda _: viewers(server) == 0)
    finally:
        browser.close()
        browser.switch_to.window(page)

    wait(browser).until(lambda _: viewers(server) == 2 and frame(browser))


def test_a_page_survives_its_service(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve()
    open_page(browser, server, wait)

    server.kill()

    wait(browser).until(lambda _: attribute(browser, "#status", "data-status") == "lost")
    assert "does not answer" in text(browser, "#status")
    assert one(browser, "#curtain").is_displayed()
    assert every(browser, ".person") == []
    server.start()
    wait(browser).until(lambda _: attribute(browser, "#status", "data-status") == "demo")
    wait(browser).until(lambda _: every(browser, ".person") and frame(browser))
    before = frame(browser)
    wait(browser).until(lambda _: has_new_frame(browser, before))
    assert not one(browser, "#curtain").is_displayed()


def test_a_snapshot_is_saved(server: Service, browser: Chrome, wait: Wait, tmp_path: Path) -> None:
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", where)
    open_page(browser, server, wait)

    one(browser, "#snapshot").click()

    wait(browser).until(lambda _: [path for path in tmp_path.iterdir() if path.suffix == ".jpg"])
    with Image.open(next(tmp_path.glob("fer-web-*.jpg"))) as picture:
        assert picture.size == (640, 480)
    wait(browser).until(lambda _: "downloads" in text(browser, "#told"))


def test_the_picture_fills_the_screen(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)

    one(browser, "#fullscreen").click()

    wait(browser).until(lambda _: browser.execute_script("return document.fullscreenElement?.id") == "screen")
    browser.execute_script("document.exitFullscreen()")


def test_nothing_jumps_when_people_come(server: Service, browser: Chrome, wait: Wait) -> None:
    for width, height in ((1280, 900), (500, 900)):
        browser.set_window_size(width, height)
        open_page(browser, server, wait)

        assert browser.execute_async_script(SHIFT) < 0.02


def test_every_control_is_reached_by_keyboard(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    controls = set(
        browser.execute_script("""
        document.querySelectorAll("details").forEach((node) => { node.open = true; });
        return [...document.querySelectorAll("a, button, input, summary, [tabindex='0']")]
          .filter((node) => node.checkVisibility() && !node.disabled)
          .map((node, place) => { node.dataset.place = place; return place; });
    """)
    )

    reached = set()
    for _ in range(len(controls) + 5):
        ActionChains(browser).send_keys(Keys.TAB).perform()
        reached.add(browser.execute_script("return Number(document.activeElement.dataset.place ?? -1)"))

    assert controls - reached == set()


def test_choices_that_a_browser_kept_wrong_do_no_harm(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    for kept in ("{", json.dumps({"a": 1}), json.dumps(["nothing"])):
        browser.execute_script("localStorage.setItem('fer.overlays', arguments[0])", kept)
        browser.execute_script("localStorage.setItem('fer.ratio', arguments[0])", kept)

        browser.refresh()

        wait(browser).until(lambda _: every(browser, ".person") and frame(browser))
