"""A study's recordings beside each other, and its wall on a big screen, looked at in Chromium."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path

from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from fer_web.core import Pose, Quality, Reading
from fer_web.core.studies import TaskTimes
from fer_web.store import Store
from fer_web.store.address import sqlite_address
from tests.browser.conftest import Serve, Wait
from tests.browser.looks import look
from tests.browser.page import complaints, every, one, text
from tests.browser.test_accessible import check
from tests.readings import reading_of

BEGAN = datetime(2026, 11, 20, 9, 0, tzinfo=timezone.utc)
FONTS = """return [...document.querySelectorAll(".study-wall *")]
    .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
    .map((node) => parseFloat(getComputedStyle(node).fontSize))"""


def face(person: int, time_s: float) -> Reading:
    """Person 1 smiles at the first half of everything, the others now and then."""
    wave = 0.5 + 0.5 * math.sin(time_s / (4 + person) + person)
    happy = 0.9 if person == 1 else 0.75 * wave**3
    scores = (0.02, 0.01, 0.02, happy, 0.05 * wave, 0.15 * (1 - happy), 0.9 - happy)
    measures = {"smile": happy, "looks_at_camera": wave > 0.4, "left_eye_aspect_ratio": 0.25 + 0.05 * wave}
    pose, quality = Pose(10 * wave, 0.0, 0.0), Quality(0.6, 0.5, 120)
    return reading_of(time_s, 1, tuple(abs(one) for one in scores), 0, pose, quality, **measures)


def fill(folder: Path, people: int) -> str:
    """A study of three tasks: everybody did the first, all but two the second, one the third."""
    with Store.open(sqlite_address(folder)) as store:
        names = ["Find a train", "Pay with an account that does not exist", "Cancel"]
        study = store.studies.create("Ticket shop", tasks=names, conditions=["old design", "new design"])
        for person in range(1, people + 1):
            recording = _record(store, person)
            condition = study.conditions[person % 2].name
            store.studies.assign(study.id, recording, f"Participant {person}", condition)
            spans: Sequence[tuple[float, float]] = [(5, 50 + 5 * person), (90, 110 + 3 * person), (140, 160)]
            did = (True, person <= people - 2, person == 1)
            for task, (start_s, stop_s), done in zip(study.tasks, spans, did, strict=True):
                if done:
                    store.studies.set_times(recording, task.id, TaskTimes(start_s, stop_s, person % 3 > 0))
        return study.id


def _record(store: Store, person: int) -> str:
    began = BEGAN + timedelta(hours=person)
    recording = store.recordings.create(
        f"Visit {person}", "demo", began, kind="camera", fps=5.0, width=640, height=480, model="fake 1", consent="yes"
    )
    readings = [face(person, count / 5) for count in range(160 * 5) if not 120 < count < 150]
    store.recordings.append(recording, readings, duration_s=160.0)
    store.recordings.finish(recording, duration_s=160.0)
    return recording


def columns(browser: Chrome) -> list[str]:
    return [one.text for one in every(browser, ".matrix thead strong")]


def charts_are_aligned(browser: Chrome) -> bool:
    """Whether all charts of a row have the same times under them, at the same places."""
    script = """return [...document.querySelectorAll(".matrix tbody tr")].every((row) => new Set(
        [...row.querySelectorAll("svg.chart")].map((chart) => [...chart.querySelectorAll("text[text-anchor=middle]")]
            .map((mark) => mark.textContent + mark.getAttribute("x")).join())).size < 2)"""
    return bool(browser.execute_script(script))


def test_recordings_are_compared_task_by_task(serve: Serve, browser: Chrome, wait: Wait, tmp_path: Path) -> None:
    server = serve()
    study = fill(tmp_path / f"data-{server.port}", 9)
    look(browser, (1440, 900))
    browser.get(f"{server.url}/studies/{study}/matrix")

    assert columns(browser) == [f"Participant {person}" for person in range(1, 9)]
    assert len(every(browser, ".matrix svg.chart")) == 8 + 7 + 1
    assert charts_are_aligned(browser)
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 1440

    one(browser, "summary").send_keys(Keys.ENTER)
    for box in every(browser, "[name=recording]")[2:8]:
        box.send_keys(Keys.SPACE)
    Select(one(browser, "#measure")).select_by_visible_text("Happy")
    one(browser, ".choice button").click()
    wait(browser).until(lambda _: len(columns(browser)) == 2)
    assert columns(browser) == ["Participant 1", "Participant 2"]
    assert text(browser, ".told") == "Happy: Participant 1 differs from Participant 2."
    assert [cell.text for cell in every(browser, ".missing")] == ["Not done"]
    check(browser)

    # The wall, on the same study: nine people, seven, and one.
    for size in ((1440, 900), (1920, 1080)):
        look(browser, size)
        browser.get(f"{server.url}/studies/{study}/wall")
        wait(browser).until(lambda _: browser.execute_script("return document.readyState") == "complete")
        shown = one(browser, "main").text
        assert [line.text for line in every(browser, ".count")] == ["9 people", "7 people"]
        assert "At least 5 people are needed; 1 so far." in shown
        assert "Participant" not in shown
        assert "Visit" not in shown
        # A fiftieth of the picture's height is read from six times that height away.
        assert min(browser.execute_script(FONTS)) >= size[1] / 50
        assert browser.execute_script("return document.documentElement.scrollHeight") <= size[1]
    check(browser)
    assert complaints(browser) == []
