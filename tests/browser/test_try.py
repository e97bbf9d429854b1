"""Pictures of the visitor's own, by every way in which they can come."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from selenium.webdriver import ActionChains, Chrome

from fer_web.core import Emotion
from tests.browser.conftest import Wait
from tests.browser.page import attribute, every, one, text
from tests.browser.server import Service

NAME = """it's "me" & co.png"""
# Makes a small picture in the page and lets it arrive as if somebody had dropped or pasted it.
ARRIVE = """
    const [kind, done] = arguments;
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 64;
    canvas.getContext("2d").fillRect(0, 0, 64, 64);
    canvas.toBlob((blob) => {
      const data = new DataTransfer();
      data.items.add(new File([blob], `${kind}.png`, { type: "image/png" }));
      const event = kind === "drop" ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
        : new ClipboardEvent("paste", { clipboardData: data, bubbles: true });
      document.body.dispatchEvent(event);
      done();
    });
"""


@pytest.fixture(scope="module")
def portrait() -> Image.Image:
    """A public-domain portrait with one face."""
    from skimage.data import astronaut

    return Image.fromarray(astronaut())


@pytest.fixture(scope="module")
def pictures(portrait: Image.Image, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one face, two faces, nobody, a picture that browsers do not show, and a text."""
    folder = tmp_path_factory.mktemp("pictures")
    two = Image.new("RGB", (900, 512))
    two.paste(portrait, (0, 0))
    two.paste(portrait.crop((100, 0, 400, 300)), (560, 100))
    two.save(folder / "two.jpg", quality=95)
    portrait.save(folder / NAME)
    portrait.save(folder / "face.tiff")
    Image.new("RGB", (64, 64), "gray").save(folder / "nobody.png")
    (folder / "text.jpg").write_text("this is no picture")
    return folder


def send(browser: Chrome, server: Service, wait: Wait, *files: Path) -> None:
    """Open the page and pick files there; returns when all have been answered."""
    browser.get(f"{server.url}/try")
    one(browser, "#image").send_keys("\n".join(map(str, files)))
    wait(browser).until(lambda _: "analyzed" in text(browser, "#progress"))


def articles(browser: Chrome) -> dict[str, str]:
    """What is said beside each picture, by its file's name."""
    return {node.find_element("css selector", "h2").text: node.text for node in every(browser, ".picture")}


def test_a_picture_is_shown_with_its_faces_and_their_numbers(
    server: Service, browser: Chrome, wait: Wait, pictures: Path
) -> None:
    send(browser, server, wait, pictures / "two.jpg")

    assert text(browser, ".picture .hint").startswith("2 faces · 900 × 512 pixels")  # noqa: RUF001
    assert attribute(browser, ".sheet svg", "viewBox") == "0 0 900 512"
    assert text(browser, ".numbers h3").startswith("Face 1: ")
    boxes = every(browser, ".sheet .face")
    ActionChains(browser).move_to_element(boxes[0]).perform()  # drawn last to first: this is the second face
    wait(browser).until(lambda _: text(browser, ".numbers h3").startswith("Face 2: "))
    browser.execute_script("document.querySelector('.faces button').focus()")
    assert text(browser, ".numbers h3").startswith("Face 1: ")
    assert [row.text for row in every(browser, ".numbers .bars dt")] == [emotion.value for emotion in Emotion]


def test_landmarks_and_heat_can_be_shown_afterwards(
    server: Service, browser: Chrome, wait: Wait, pictures: Path
) -> None:
    send(browser, server, wait, pictures / NAME)
    assert not any(path.is_displayed() for path in every(browser, ".sheet path"))

    one(browser, "#landmarks").click()
    one(browser, "#heatmap").click()

    shown = "return [...document.querySelectorAll('.sheet path')].map((path) => path.checkVisibility())"
    wait(browser).until(lambda _: all(browser.execute_script(shown) or [False]))
    heat = "return document.querySelector('.heat')?.naturalWidth"
    wait(browser).until(lambda _: (browser.execute_script(heat) or 0) > 40)


def test_a_dozen_pictures_are_answered_each_for_itself(
    server: Service, browser: Chrome, wait: Wait, pictures: Path, tmp_path: Path
) -> None:
    files = [pictures / "text.jpg", pictures / "nobody.png"]
    for number in range(10):
        files.append(tmp_path / f"{number}.png")
        shutil.copy(pictures / "nobody.png", files[-1])

    send(browser, server, wait, *files)

    said = articles(browser)
    assert list(said) == [file.name for file in files]
    assert "cannot be read as an image" in said["text.jpg"]
    assert all("No face found" in said[file.name] for file in files[1:])
    assert text(browser, "#progress") == "12 pictures analyzed"
    one(browser, "#clear").click()
    assert every(browser, ".picture") == []


def test_what_the_browser_cannot_show_is_drawn_on_an_empty_ground(
    server: Service, browser: Chrome, wait: Wait, pictures: Path
) -> None:
    send(browser, server, wait, pictures / "face.tiff")

    wait(browser).until(lambda _: "empty background" in text(browser, ".viewer"))
    assert text(browser, ".picture .hint").startswith("1 face")
    assert one(browser, ".sheet .face").is_displayed()


def test_a_picture_can_be_seen_at_its_actual_size(server: Service, browser: Chrome, wait: Wait, pictures: Path) -> None:
    browser.set_window_size(500, 900)
    send(browser, server, wait, pictures / "two.jpg")
    assert one(browser, ".sheet img").size["width"] < 500

    next(button for button in every(browser, ".more button") if button.text == "Actual size").click()

    assert one(browser, ".sheet img").size["width"] == 900
    assert one(browser, ".sheet svg").size["width"] == 900


def test_the_python_lines_answer_the_same(server: Service, browser: Chrome, wait: Wait, pictures: Path) -> None:
    send(browser, server, wait, pictures / NAME)
    shown = json.loads(text(browser, "[data-kind=JSON]"))

    lines = text(browser, "[data-kind=Python]")

    done = subprocess.run([sys.executable, "-c", lines], cwd=pictures, capture_output=True, check=True)
    assert json.loads(done.stdout)["results"] == shown["results"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_the_curl_line_answers_the_same(server: Service, browser: Chrome, wait: Wait, pictures: Path) -> None:
    send(browser, server, wait, pictures / NAME)
    shown = json.loads(text(browser, "[data-kind=JSON]"))

    line = text(browser, "[data-kind=curl]")

    done = subprocess.run(["sh", "-c", line], cwd=pictures, capture_output=True, check=True)
    assert json.loads(done.stdout)["results"] == shown["results"]


def test_the_json_is_copied(server: Service, browser: Chrome, wait: Wait, pictures: Path) -> None:
    permission = {"origin": server.url, "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    browser.execute_cdp_cmd("Browser.grantPermissions", permission)
    send(browser, server, wait, pictures / NAME)

    button = next(button for button in every(browser, ".more button") if button.text == "Copy JSON")
    button.click()

    wait(browser).until(lambda _: button.text == "Copied")
    copied = browser.execute_async_script("navigator.clipboard.readText().then(arguments[0])")
    assert len(json.loads(copied)["results"]) == 1


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_pictures_can_be_dropped_and_pasted(server: Service, browser: Chrome, wait: Wait, way: str) -> None:
    browser.get(f"{server.url}/try")
    wait(browser).until(lambda _: browser.execute_script("return document.readyState") == "complete")

    browser.execute_async_script(ARRIVE, way)

    wait(browser).until(lambda _: "No face found" in articles(browser).get(f"{way}.png", ""))


def test_the_live_picture_can_be_tried(server: Service, browser: Chrome, wait: Wait) -> None:
    browser.get(f"{server.url}/try")
    wait(browser).until(lambda _: browser.execute_script("return document.readyState") == "complete")

    one(browser, "#live-picture").click()

    wait(browser).until(lambda _: "1 face" in articles(browser).get("live.jpg", ""))


def test_removing_a_picture_keeps_the_others(server: Service, browser: Chrome, wait: Wait, pictures: Path) -> None:
    send(browser, server, wait, pictures / "text.jpg", pictures / "nobody.png")

    one(browser, ".picture header button").click()

    assert list(articles(browser)) == ["nobody.png"]
    assert browser.execute_script("return document.activeElement.closest('.picture') !== null")
