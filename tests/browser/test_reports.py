"""Reports in a real browser: from a file as they are handed on, on the site, and on paper."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys

from fer_web.reports import CardText, comparison_html, report_html, summarize, words
from tests.browser.conftest import Wait
from tests.browser.page import complaints, one, text, waiting
from tests.browser.server import Service
from tests.browser.test_accessible import check
from tests.browser.test_recording import ask
from tests.reports.made import ANGRY, HAPPY, every, recording, together

CARD = CardText("xception", "2026-11-21", "69.4 % accurate on the FER2013 test set", 0.55, "research only")


def talk(name: str) -> str:
    readings = together([*every(0.5, 0, 60), *every(0.5, 60, 120, HAPPY)], every(0.5, 30, 110, ANGRY, track=2))
    summary = summarize(recording(120, name=name, markers=[(50, "question 2 " + "und " * 30)]), readings)
    return report_html(summary, CARD)


def comparison(name: str) -> str:
    one, other = (summarize(recording(90, name=name), every(0.5, 0, 90, scores)) for scores in (HAPPY, ANGRY))
    return comparison_html(one, other, CARD)


@pytest.mark.parametrize("make", [talk, comparison])
def test_reports_are_for_everybody_and_obey_their_own_policy(
    browser: Chrome, tmp_path: Path, make: Callable[[str], str]
) -> None:
    path = tmp_path / "report.html"
    path.write_text(make("A_name_without_any_space_" * 6), encoding="utf-8")
    browser.get(path.as_uri())

    check(browser)


def test_pages_round_figures_as_reports_do(server: Service, browser: Chrome) -> None:
    browser.get(f"{server.url}/recordings")
    shares = [0.0, 0.0004, 0.005, 0.125, 0.285, 0.5, 0.555, 0.9949, 1.0, *(number / 997 for number in range(997))]
    lengths = [
        0.04,
        0.05,
        9.94,
        9.95,
        9.96,
        42.5,
        59.5,
        60,
        185.4,
        3599.6,
        7800,
        *(7.1 * number for number in range(900)),
    ]
    script = """
        const [shares, lengths, done] = arguments;
        import("/static/figures.js").then(({ percent, length }) => done([shares.map(percent), lengths.map(length)]));
    """

    found = browser.execute_async_script(script, [round(one, 4) for one in shares], [round(one, 4) for one in lengths])

    assert found == [
        [words.percent(one).replace(words.NO_BREAK, " ") for one in shares],
        [words.length(one).replace(words.NO_BREAK, " ") for one in lengths],
    ]


def test_who_has_left_is_not_in_the_picture_any_more(server: Service, browser: Chrome) -> None:
    """Somebody who is seen from 2 to 12 s of 20."""
    browser.get(f"{server.url}/recordings")
    script = """
        const [times, done] = arguments;
        const all = (value) => Array(10).fill(value);
        const timeline = { start_s: 2, bin_s: 1, states: all("certain"), shown: all("happy"),
          emotions: { happy: all(.9) }, looks_at_camera: all(null), blinks: all(0), nods: all(0), shakes: all(0) };
        const person = { track_id: 1, first_s: 2, timeline, behavior: { smiles: { stretches: [] } } };
        import("/static/timeline.js").then(async ({ Timeline }) => {
          const figure = document.createElement("figure");
          figure.innerHTML = "<div class=stage><svg class=chart></svg></div>";
          Object.assign(figure.dataset, { track: 1, first: 2, start: 0, end: 20 });
          document.body.append(figure);
          const shown = new Timeline(figure, async () => ({ people: [person] }), () => {});
          const stage = figure.querySelector(".stage");
          stage.dispatchEvent(new Event("focus")); // a window in the background gets none
          await new Promise(requestAnimationFrame);
          done(times.map((timeS) => { shown.show(timeS); return stage.getAttribute("aria-valuetext"); }));
        });
    """

    told = browser.execute_async_script(script, [1.9, 2, 11.9, 12, 12.1, 20])

    happy, gone = "happy 90 %", "not in the picture"
    assert [one.split(" · ")[1] for one in told] == [gone, happy, happy, happy, gone, gone]


def _printed(browser: Chrome) -> str | None:
    """The page as a PDF, in base64; None when Chromium's printing process failed, as it may on a busy machine."""
    try:
        return str(browser.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"])
    except WebDriverException as error:
        if "Printing failed" not in str(error.msg):
            raise
        return None


def pages_of(browser: Chrome) -> int:
    """How many pages the page would be printed on."""
    pdf = base64.b64decode(waiting(browser).until(_printed))
    return len(re.findall(rb"/Type */Page[^s]", pdf))


def visible(browser: Chrome, *names: str) -> list[str]:
    """Which of these elements would be printed."""
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        return [name for name in names if one(browser, name).is_displayed()]
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.fixture
def recorded(server: Service, browser: Chrome, wait: Wait) -> str:
    """The page of a recording of the demo, with two sections."""
    begun = ask(server, "/api/recordings", "POST", {"consent": True, "name": "Interview 1"})
    mine = f"/api/recordings/{begun['id']}"

    def lasts(seconds: float) -> bool:
        return bool(ask(server, "/api/recordings?state=recording")["recordings"][0]["duration_s"] > seconds)

    wait(browser).until(lambda _: lasts(3))
    ask(server, f"{mine}/markers", "POST", {"text": "Where next?"})
    wait(browser).until(lambda _: lasts(8))
    ask(server, f"{mine}/stop", "POST")
    return f"{server.url}/recordings/{begun['id']}"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_report_answers_for_every_moment_and_prints_without_the_site(
    browser: Chrome, recorded: str, wait: Wait, width: int
) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.get(recorded)
    assert "Where next?" in text(browser, ".report")
    assert browser.execute_script("return document.documentElement.scrollWidth") == width

    stage = one(browser, ".stage")
    ActionChains(browser).move_to_element(stage).perform()
    wait(browser).until(lambda page: re.match(r"\d:\d\d · \w+", text(page, ".bubble")))
    stage.send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    wait(browser).until(lambda _: (stage.get_attribute("aria-valuetext") or "").startswith("0:01"))
    link = one(browser, ".tiles a.at, .advice a.at")
    link.click()
    assert browser.execute_script("return document.querySelector(':target').getAttribute('class')") == "moment"
    assert float(stage.get_attribute("aria-valuenow") or -1) == float(link.get_attribute("data-time") or -2)
    check(browser)

    assert visible(browser, ".report h2", ".bar", "#delete", ".downloads", "#replay") == [".report h2"]
    assert 2 <= pages_of(browser) <= 3
    model = browser.execute_script("return document.documentElement.style.getPropertyValue('--report-model')")
    assert "xception" in model.replace("\\2d ", "-")
    assert complaints(browser) == []


def test_the_downloaded_report_prints_on_as_many_pages(browser: Chrome, tmp_path: Path) -> None:
    readings = [*every(0.1, 0, 20), *every(0.1, 20, 40, HAPPY)]
    path = tmp_path / "report.html"
    path.write_text(report_html(summarize(recording(40, 10.0), readings), CARD), encoding="utf-8")
    browser.get(path.as_uri())

    assert pages_of(browser) == 2  # a summary, and the appendix
    one(browser, ".advice a.at").click()
    assert browser.execute_script("return document.querySelector(':target') !== null")
