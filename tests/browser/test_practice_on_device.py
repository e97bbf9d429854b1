"""Practicing on the device alone: the figures of the report, without the server."""

from __future__ import annotations

import dataclasses
import json
import math
import random
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from fer_web.core import Emotion, Marker, Reading, Recording
from fer_web.core.questions import CALM
from fer_web.reports import answers, summarize
from fer_web.reports.as_json import summary_json
from fer_web.reports.csv_files import read_readings_csv
from fer_web.reports.movements import SMILING
from fer_web.reports.setup import FAULTS, faults
from tests.browser.conftest import Browse, Serve, Wait
from tests.browser.page import complaints, every, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check
from tests.browser.test_my_camera import film as film
from tests.browser.test_my_camera import watching
from tests.browser.test_on_device import STILL_SENDS, Files
from tests.browser.test_on_device import site as site
from tests.browser.test_practice import FIRST, SECOND, begin, hurry, is_asked, press, step

PATH = "/practice/on-device"
QUESTIONS = ("Why?", "How?")
# What the page's own script says of readings.
SUMMARIZE = """
    const [recording, done] = arguments;
    const rules = JSON.parse(document.getElementById("practice").dataset.rules);
    const { src } = document.querySelector("script[type=module]");
    import(src.replace("practice.js", "ondevice/summary.js"))
      .then(({ summarize }) => done(summarize(recording, rules)), (error) => done(String(error)));
"""


def made_readings(seed: int) -> list[Reading]:
    """Somebody who smiles, looks aside, blinks, turns away and comes too near; somebody else for some seconds."""
    chance = random.Random(seed)
    made = []
    for number in range(900):
        time_s = round(number / 12 + chance.uniform(0, 0.01), 3)
        if 400 <= number < 440:
            continue  # gone
        phase = math.sin(time_s / 3)
        scores = [chance.uniform(0, 0.1) for _ in Emotion]
        scores[Emotion.HAPPY.position if phase > 0.5 else Emotion.NEUTRAL.position] += 0.3 + chance.uniform(-0.3, 0.5)
        yaw = 60.0 if 600 <= number < 640 else round(20 * phase, 2)
        made.append(
            Reading(
                time_s=time_s,
                track_id=1,
                **{str(e): round(score / sum(scores), 6) for e, score in zip(Emotion, scores, strict=True)},
                uncertain=chance.random() < 0.2,
                eyes_open=None if yaw > 45 else number % 40 > 1,
                yaw_deg=yaw,
                pitch_deg=round(5 * phase, 2),
                brightness=0.15 if number > 700 else 0.5,
                sharpness=0.6,
                size_px=500 if 500 < number < 600 else 200,
                poor=number > 850,
                looks_at_camera=None if yaw > 45 else chance.random() < 0.7,
                smile=round(max(0.0, 0.9 * phase if time_s > 12 else 0.1), 4),
                blink_count=number // 40,
                center_x=0.5,
                center_y=0.9 if number > 750 else 0.5,
            )
        )
        if 200 <= number < 260:
            made.append(dataclasses.replace(made[-1], track_id=2))
    return made


def recording_of(fps: float, duration_s: float, width: int, markers: Sequence[Marker]) -> Recording:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    return Recording("Practice", "my camera", at, duration_s, fps, width, 480, "model", tuple(markers))


def compare(found: dict[str, Any], recording: Recording, readings: Sequence[Reading]) -> None:
    """What the page says against what the reports say of the same readings."""
    summary = summarize(recording, readings)
    person = max(summary.people, key=lambda one: one.totals.seen_s)
    (told,) = (one for one in summary_json(summary)["people"] if one["track_id"] == person.track_id)
    assert (found["people_seen"], found["track_id"]) == (len(summary.people), person.track_id)
    asked = [(place, one) for place, one in enumerate(summary.sections) if one.text != CALM]
    assert [answer["text"] for answer in found["questions"]] == [section.text for _, section in asked]
    for own, expected in [
        (found["overall"], told),
        *((answer, told["sections"][place]) for answer, (place, _) in zip(found["questions"], asked, strict=True)),
    ]:
        shared = own.keys() & expected.keys()
        assert {"looked_share", "mixed_share", "unreadable_share", "dominant_emotion_shares", "blink_count"} <= shared
        for name in shared:
            assert own[name] == pytest.approx(expected[name], abs=2e-4), name
    for answer, expected_answer in zip(found["questions"], answers.answers_of(summary), strict=True):
        if expected_answer.smiled is not None:
            assert answer["smiled_share"] == pytest.approx(expected_answer.smiled, abs=2e-4)
    smiles = person.behavior[SMILING]
    assert found["overall"]["smile_count"] == smiles.count
    titles = [fault.title for fault in faults(person, len(summary.people) == 1)]
    assert [FAULTS[name][0] for name in found["overall"]["framing"]["faults"]] == titles


@pytest.mark.parametrize("seed", [1, 2])
def test_the_figures_are_those_of_the_report(server: Service, browser: Chrome, seed: int) -> None:
    markers = [Marker(0.0, CALM), Marker(13.2, QUESTIONS[0]), Marker(40.5, QUESTIONS[1])]
    recording, readings = recording_of(11.9, 75.4, 640, markers), made_readings(seed)
    browser.get(f"{server.url}{PATH}")
    found = browser.execute_async_script(
        SUMMARIZE,
        {
            "readings": [dataclasses.asdict(reading) for reading in readings],
            "markers": [dataclasses.asdict(marker) for marker in markers],
            **{name: getattr(recording, name) for name in ("duration_s", "fps", "width")},
        },
    )

    assert isinstance(found, dict), found
    compare(found, recording, readings)
    assert found["overall"]["smile_count"] > 2  # there is something to compare
    assert found["overall"]["framing"]["faults"]


def resources(page: Chrome) -> int:
    return int(page.execute_script("return performance.getEntriesByType('resource').length"))


def test_once_loaded_it_asks_and_sums_up_without_a_network(
    serve: Serve, browse: Browse, film: Any, wait: Wait, tmp_path: Path
) -> None:
    server = serve(FER_MAX_VISITORS="0")  # the server itself would analyze nobody
    page = watching(browse, film("demo:"))
    saved = tmp_path / "saved"
    page.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(saved)})
    page.get(f"{server.url}{PATH}")
    one(page, "#to-check").click()
    wait(page).until(lambda page: one(page, "#begin").is_enabled())
    loaded = resources(page)
    assert page.execute_async_script(STILL_SENDS) == "refused"  # by the page's own policy: the server is there
    assert complaints(page)
    server.stop()

    one(page, "#consent").click()
    one(page, "#begin").click()
    wait(page).until(is_asked(FIRST))
    assert text(page, "#stop") == "Stop and see the summary"
    page.execute_async_script("setTimeout(arguments[0], 4000)")
    press(page, " ")
    wait(page).until(is_asked(SECOND))
    page.execute_async_script("setTimeout(arguments[0], 4000)")
    one(page, "#stop").click()

    wait(page).until(lambda page: step(page) == "summary")
    assert page.switch_to.active_element.get_attribute("id") == "summary-title"
    assert [title.text for title in every(page, "#summary-questions h3")] == [FIRST, SECOND]
    assert "Looked at the camera" in text(page, "#summary-questions li")
    one(page, "#summary-csv").click()
    one(page, "#summary-json").click()
    wait(page).until(lambda _: len([*saved.glob("*.csv"), *saved.glob("*.json")]) == 2)
    (readings_file,), (summary_file,) = saved.glob("practice-*-readings.csv"), saved.glob("practice-*-summary.json")
    found = json.loads(summary_file.read_text(encoding="utf-8"))
    about, readings = found["recording"], list(read_readings_csv(readings_file))
    markers = [Marker(marker["time_s"], marker["text"]) for marker in about["markers"]]
    compare(found, recording_of(about["fps"], about["duration_s"], about["width"], markers), readings)
    assert [marker.text for marker in markers] == [CALM, FIRST, SECOND]
    assert found["overall"]["seen_s"] > 15
    one(page, "#summary-again").click()
    assert step(page) == "choose"
    one(page, "#to-check").click()  # again, from what is there
    wait(page).until(lambda page: one(page, "#begin").is_enabled())
    assert resources(page) == loaded
    assert complaints(page) == []


def test_it_stops_before_a_question_without_a_summary_and_everybody_can_use_the_one_after(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    hurry(page)
    page.get(f"{server.url}{PATH}")
    check(page)
    begin(page, wait)
    wait(page).until(lambda page: step(page) == "asking")
    one(page, "#stop").click()
    assert step(page) == "choose"

    begin(page, wait)
    wait(page).until(is_asked(FIRST))
    press(page, " ")
    one(page, "#stop").click()
    wait(page).until(lambda page: step(page) == "summary")
    check(page)


def test_hiding_the_page_ends_it_and_shows_what_there_is(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    hurry(page)
    page.get(f"{server.url}{PATH}")
    begin(page, wait)
    wait(page).until(is_asked(FIRST))
    page.execute_script("""
        Object.defineProperty(document, "hidden", { value: true });
        document.dispatchEvent(new Event("visibilitychange"));
    """)

    assert step(page) == "summary"
    assert text(page, "#summary-why").startswith("Practicing has ended. This page was hidden.")
    assert page.execute_script("return document.getElementById('video').srcObject") is None


def test_the_practice_page_leads_there(server: Service, browser: Chrome) -> None:
    browser.get(f"{server.url}/practice")
    one(browser, ".practice a[href$=on-device]").click()

    assert browser.current_url == f"{server.url}{PATH}"
    said = text(browser, "#choose")
    assert "neither pictures nor numbers leave this device" in said
    assert "comparing with earlier practices are not available here" in " ".join(said.split())
    assert not every(browser, "#speech, #replay-wish")


def test_the_exported_practice_works_from_any_server_of_files(site: str, browse: Browse, film: Any, wait: Wait) -> None:
    page = watching(browse, film("demo:"))
    hurry(page)
    Files.asked.clear()
    page.get(site)
    one(page, "#invitation a").click()
    assert page.current_url == f"{site}practice.html"
    begin(page, wait)
    wait(page).until(is_asked(FIRST))
    asked = len(Files.asked)
    assert {path for path in Files.asked if not path.startswith("/team/faces/")} == set()
    press(page, " ")
    one(page, "#stop").click()
    wait(page).until(lambda page: step(page) == "summary")

    assert [title.text for title in every(page, "#summary-questions h3")] == [FIRST, SECOND]
    assert len(Files.asked) == asked  # counted by the server: nothing since it was loaded
    assert complaints(page) == []
