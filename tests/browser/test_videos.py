"""Videos through the page: uploaded, followed, seen as a report; refused and canceled."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from selenium.webdriver import Chrome

from tests.browser.conftest import Wait
from tests.browser.page import attribute, every, one, text, waiting
from tests.browser.server import Service
from tests.browser.test_accessible import check

FPS = 10
# A worker process loads TensorFlow and the models for the first video, at low priority.
DONE_S = 300.0
SIDE = 320


def make_film(path: Path, seconds: int, faces: bool = True) -> Path:
    """A public-domain portrait that moves a little; without faces, a gray wall."""
    from skimage.data import astronaut

    portrait = astronaut()[: SIDE + 30, 60 : 60 + SIDE + 30]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(FPS))
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        for index in range(FPS * seconds):
            at = index % 30
            view = np.ascontiguousarray(portrait[at : at + SIDE, at : at + SIDE])
            shown = view if faces else np.full_like(view, 128)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, "rgb24")))
        container.mux(stream.encode(None))
    return path


def pick(browser: Chrome, server: Service, *files: Path) -> None:
    """Open the page and choose files there."""
    browser.get(f"{server.url}/videos")
    one(browser, "#video").send_keys("\n".join(map(str, files)))


def said(browser: Chrome) -> dict[str, str]:
    """What is said about each video, by its name."""
    script = """
        const found = {};
        for (const job of document.querySelectorAll(".job"))
          found[job.querySelector("h3").textContent] ??= job.querySelector(".state").textContent;
        return found;"""
    return dict(browser.execute_script(script))


def press(browser: Chrome, name: str, label: str) -> None:
    """A button or link of a video, by what screen readers are told."""
    one(browser, f'.job [aria-label="{label}: {name}"]').click()


def test_a_video_is_followed_from_its_upload_to_its_report(
    server: Service, browser: Chrome, wait: Wait, tmp_path: Path
) -> None:
    film = make_film(tmp_path / "astronaut & friends.mp4", 3)
    browser.get(f"{server.url}/videos")
    one(browser, ".toggle:has(#annotate)").click()
    one(browser, "#video").send_keys(str(film))

    seen = set()
    waiting(browser, DONE_S).until(lambda _: seen.add(said(browser).get(film.name, "").split(":")[0]) or "Done" in seen)

    assert seen & {"Uploading", "Uploaded; checking", "Queued", "Opening", "Analyzing"}
    assert text(browser, "#announcer") == f"{film.name}: Done"
    assert not one(browser, ".job progress").is_displayed()
    check(browser)
    copy = one(browser, f'.job [aria-label="Annotated video: {film.name}"]').get_attribute("href")
    fetch = "const [u, done] = arguments; fetch(u).then(async (a) => done([a.status, (await a.blob()).type]))"
    assert browser.execute_async_script(fetch, copy) == [200, "video/mp4"]
    press(browser, film.name, "Report")
    wait(browser).until(lambda _: text(browser, "#name") == film.name)
    assert every(browser, "#recording svg")
    browser.get(f"{server.url}/videos")
    wait(browser).until(lambda _: said(browser).get(film.name) == "Done")
    press(browser, film.name, "Remove from list")
    wait(browser).until(lambda _: film.name not in said(browser))
    assert one(browser, "#nothing").is_displayed()


def test_what_is_no_video_is_refused_with_the_reason(
    server: Service, browser: Chrome, wait: Wait, tmp_path: Path
) -> None:
    notes = tmp_path / "notes.mp4"
    notes.write_text("these are notes, and no video\n" * 50, encoding="utf-8")

    pick(browser, server, notes)

    refused = "Couldn't be added: not a video file; MP4,"
    wait(browser).until(lambda _: said(browser).get("notes.mp4", "").startswith(refused))
    browser.refresh()
    wait(browser).until(lambda _: said(browser).get("notes.mp4", "").startswith(refused))
    press(browser, "notes.mp4", "Remove from list")
    assert said(browser) == {}
    assert browser.execute_script("return document.activeElement.id") == "video"
    browser.refresh()
    wait(browser).until(lambda _: one(browser, "#nothing").is_displayed())


def test_a_video_without_faces_says_so(server: Service, browser: Chrome, wait: Wait, tmp_path: Path) -> None:
    pick(browser, server, make_film(tmp_path / "wall.mp4", 1, faces=False))

    waiting(browser, DONE_S).until(lambda _: said(browser) == {"wall.mp4": "Done: no faces found"})
    press(browser, "wall.mp4", "Remove from list")
    wait(browser).until(lambda _: said(browser) == {})


def test_a_canceled_video_leaves_no_recording(server: Service, browser: Chrome, wait: Wait, tmp_path: Path) -> None:
    before = server.json("/api/recordings")["total"]
    pick(browser, server, make_film(tmp_path / "long.mp4", 120))
    wait(browser).until(lambda _: attribute(browser, ".job", "data-state") in ("queued", "running"))

    press(browser, "long.mp4", "Cancel")

    wait(browser).until(lambda _: said(browser) == {"long.mp4": "Canceled"})
    wait(browser).until(lambda _: server.json("/api/recordings")["total"] == before)
    assert every(browser, ".job a") == []
    press(browser, "long.mp4", "Remove from list")
    wait(browser).until(lambda _: said(browser) == {})
