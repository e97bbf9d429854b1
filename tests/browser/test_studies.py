"""A study in the browser: made, recorded with its tasks, corrected, filled with what was there, and read by pandas."""

from __future__ import annotations

import re
import urllib.request
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pandas as pd
import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from tests.browser.conftest import Browse, Wait
from tests.browser.looks import look
from tests.browser.page import complaints, every, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check
from tests.browser.test_my_camera import film as film
from tests.browser.test_my_camera import is_running, watching
from tests.browser.test_my_camera import start as start_camera
from tests.browser.test_recording import EVIL, ask, runs

TASKS = ["Find a shirt", "Pay"]
CONDITIONS = ["old design", "new design"]


@pytest.fixture
def server(server: Service) -> Iterator[Service]:
    """The shared one, with nothing kept before and after."""
    forget(server)
    yield server
    forget(server)


def forget(server: Service) -> None:
    for study in ask(server, "/api/studies")["studies"]:
        ask(server, f"/api/studies/{study['id']}?confirm=true", "DELETE")
    ask(server, "/api/recordings?confirm=true", "DELETE")


def make(server: Service, **wish: Any) -> Any:
    return ask(server, "/api/studies", "POST", {"name": "Shop", "tasks": TASKS, "conditions": CONDITIONS, **wish})


def record(server: Service, wait: Wait, browser: Chrome, name: str) -> str:
    """A short recording of the server's camera that belongs to no study."""
    recording: str = ask(server, "/api/recordings", "POST", {"consent": True, "name": name})["id"]
    wait(browser).until(lambda _: ask(server, "/api/recordings?state=recording")["recordings"][0]["readings"] > 5)
    ask(server, f"/api/recordings/{recording}/stop", "POST")
    return recording


def begin(page: Chrome, wait: Wait, study: str, participant: str, condition: str) -> None:
    """Start recording in a study, from the page's own dialog."""
    one(page, "#record-open").click()
    wait(page).until(lambda page: study in text(page, "#record-study"))
    Select(one(page, "#record-study")).select_by_visible_text(study)
    wait(page).until(lambda page: condition in text(page, "#record-condition"))
    one(page, "#record-participant").send_keys(participant)
    Select(one(page, "#record-condition")).select_by_visible_text(condition)
    one(page, "#record-consent").click()
    one(page, "#record-start").click()
    wait(page).until(runs)
    wait(page).until(lambda page: len(every(page, "#record-tasks li")) == len(TASKS))


def work(page: Chrome, wait: Wait, results: list[str]) -> None:
    """Start and stop one task after the other, each with its button's words."""
    for place, result in enumerate(results):
        row = f"#record-tasks li:nth-child({place + 1})"
        press(page, wait, row, "Start")
        wait(page).until(lambda page, row=row: text(page, f"{row} .task-state") == "running for 0:01")
        press(page, wait, row, result)
        wait(page).until(lambda page, row=row: text(page, f"{row} .task-state").startswith("took"))


def press(page: Chrome, wait: Wait, row: str, label: str) -> None:
    wait(page).until(lambda page: label in [button.text for button in every(page, f"{row} button")])
    next(button for button in every(page, f"{row} button") if button.text == label).click()


def end(page: Chrome, wait: Wait) -> None:
    one(page, "#record-stop").click()
    wait(page).until(lambda page: text(page, "#record-told a") == "See the report")


def archive(server: Service, page: Chrome) -> dict[str, pd.DataFrame]:
    """The tables of the ZIP that the page of a study links to."""
    address = one(page, "a[href$='export.zip']").get_attribute("href")
    assert address is not None
    with urllib.request.urlopen(address, timeout=60) as answer, zipfile.ZipFile(BytesIO(answer.read())) as file:
        return {
            name: pd.read_csv(file.open(f"{name}.csv"), keep_default_na=False)
            for name in ("readings", "markers", "tasks")
        }


def test_a_study_goes_from_its_plan_to_a_zip_that_pandas_reads(
    server: Service, browser: Chrome, browse: Browse, film: Any, wait: Wait
) -> None:
    look(browser, (1280, 900))
    browser.get(f"{server.url}/studies")
    one(browser, "#study-name").send_keys("Shop")
    one(browser, "#study-tasks").send_keys("\n".join(TASKS))
    one(browser, "#study-conditions").send_keys("\n".join(CONDITIONS))
    one(browser, "#create").click()
    wait(browser).until(lambda page: text(page, "h1") == "Shop")
    address = browser.current_url

    browser.get(server.url)
    wait(browser).until(lambda page: len(every(page, ".person")) == 1)
    begin(browser, wait, "Shop", "P1", "old design")
    check(browser)
    look(browser, (1280, 900))
    work(browser, wait, ["Stop: success", "Stop: no success"])
    end(browser, wait)

    page = watching(browse, film("demo:"))
    start_camera(page, server.url)
    wait(page).until(lambda page: is_running(page) and len(every(page, ".person")) == 1)
    begin(page, wait, "Shop", "P2", "new design")
    work(page, wait, ["Stop: success", "Stop: success"])
    end(page, wait)
    assert complaints(page) == []

    third = record(server, wait, browser, "From before")
    browser.get(address)
    one(browser, "#add summary").click()
    one(browser, "#add-participant").send_keys("P3")
    one(browser, "#add-button").click()
    wait(browser).until(lambda page: len(every(page, ".place")) == 3)
    assert [link.text for link in every(browser, ".place h3")] == ["P1 · old design", "P2 · new design", "P3"]
    assert [one.text for one in every(browser, ".place:first-of-type td:last-child")] == ["yes", "no"]
    check(browser)
    look(browser, (1280, 900))

    every(browser, f".place[data-recording='{third}'] a.button")[0].click()
    wait(browser).until(lambda page: text(page, "h1") == "From before")
    correct(browser, wait, 1, "0:00.1", "0,4", "yes")
    correct(browser, wait, 2, "0:00.5", "", "not said")
    check(browser)

    browser.get(address)
    tables = archive(server, browser)
    assert list(tables["markers"].columns) == ["recording", "participant", "task", "marker", "utc"]
    marked = tables["markers"].groupby("participant").marker.value_counts().to_dict()
    assert marked == {
        **{(who, f"task {edge}"): 2 for who in ("P1", "P2") for edge in ("start", "stop")},
        ("P3", "task start"): 2,
        ("P3", "task stop"): 1,
    }
    assert tables["tasks"].success.tolist() == ["yes", "no", "yes", "yes", "yes", ""]
    assert tables["tasks"].condition.tolist() == ["old design"] * 2 + ["new design"] * 2 + [""] * 2
    known = tables["tasks"].head(4)
    assert ((known.stop_s.astype(float) - known.start_s.astype(float)) >= 1).all()
    assert tables["tasks"].tail(2).start_s.astype(float).tolist() == [0.1, 0.5]
    assert set(tables["readings"].query("participant == 'P2'").task) == {"", *TASKS}


def correct(page: Chrome, wait: Wait, place: int, start: str, stop: str, success: str) -> None:
    """Write the times of a task on the page of its recording."""
    row = f".task-row:nth-of-type({place})"
    for name, value in (("start", start), ("stop", stop)):
        one(page, f"{row} [name={name}]").clear()
        one(page, f"{row} [name={name}]").send_keys(value)
    Select(one(page, f"{row} select")).select_by_visible_text(success)
    one(page, f"{row} button").click()
    wait(page).until(lambda page: text(page, f"{row} .told") == "Saved")


def test_parts_are_added_moved_renamed_and_removed_after_asking(server: Service, browser: Chrome, wait: Wait) -> None:
    study, recording = make(server), record(server, wait, browser, "First")
    path = f"/api/studies/{study['id']}"
    ask(server, f"{path}/recordings", "POST", {"recording": recording, "participant": "P1", "condition": "old design"})
    task = study["tasks"][1]["id"]
    ask(server, f"/api/recordings/{recording}/tasks/{task}", "PATCH", {"start_s": 0.1})
    browser.get(f"{server.url}/studies/{study['id']}")

    one(browser, "#new-task").send_keys(EVIL, Keys.ENTER)
    wait(browser).until(lambda page: parts(page, "task") == [*TASKS, EVIL])
    wait(browser).until(lambda page: page.switch_to.active_element.get_attribute("id") == "new-task")
    one(browser, f"#up-{task}").click()
    wait(browser).until(lambda page: parts(page, "task") == ["Pay", "Find a shirt", EVIL])
    wait(browser).until(lambda page: page.switch_to.active_element.get_attribute("id") == f"part-{task}")
    one(browser, "#new-task").send_keys("Pay", Keys.ENTER)
    wait(browser).until(lambda page: "already has a task 'Pay'" in text(page, "#trouble"))

    one(browser, f"#part-{task}").click()
    assert one(browser, "#new-name").get_property("value") == "Pay"
    one(browser, "#new-name").send_keys("Check out", Keys.ENTER)
    wait(browser).until(lambda page: parts(page, "task")[0] == "Check out")
    wait(browser).until(lambda page: page.switch_to.active_element.get_attribute("id") == f"part-{task}")
    assert not one(browser, "#trouble").is_displayed()

    remove = f"li[data-part='{task}'] .danger"
    one(browser, remove).click()
    wait(browser).until(lambda page: "has times in 1 recording" in text(page, "#delete-text"))
    assert "confirm=true" not in text(browser, "#delete-text")
    one(browser, "#delete-dialog [data-close]").click()
    assert len(parts(browser, "task")) == 3
    one(browser, remove).click()
    wait(browser).until(lambda page: one(page, "#delete-dialog").is_displayed())
    one(browser, "#delete-dialog button[value=yes]").click()
    wait(browser).until(lambda page: parts(page, "task") == ["Find a shirt", EVIL])
    wait(browser).until(lambda page: page.switch_to.active_element.get_attribute("id") == "tasks-title")

    one(browser, f"#assign-{recording}").click()
    assert Select(one(browser, "#place-condition")).first_selected_option.text == "old design"
    Select(one(browser, "#place-condition")).select_by_visible_text("new design")
    one(browser, "#place-dialog button[value=yes]").click()
    wait(browser).until(lambda page: text(page, ".place h3") == "P1 · new design")
    one(browser, ".place .danger").click()
    one(browser, "#delete-dialog button[value=yes]").click()
    wait(browser).until(lambda page: every(page, ".place") == [])
    assert [kept["id"] for kept in ask(server, "/api/recordings")["recordings"]] == [recording]
    assert browser.title == "Shop: FER Web"
    refused = [re.findall(r"status of (\d+)", one)[0] for one in complaints(browser)]
    assert refused == ["409", "400", "400"]  # a name twice, and what asks first


def parts(page: Chrome, kind: str) -> list[str]:
    """The names of a study's parts of one kind, in one question."""
    script = "return [...document.querySelectorAll(arguments[0])].map((item) => item.dataset.name)"
    return list(page.execute_script(script, f".part-list [data-kind={kind}]"))


@pytest.mark.parametrize("with_recordings", [False, True])
def test_deleting_a_study_says_what_happens_to_its_recordings(
    server: Service, browser: Chrome, wait: Wait, with_recordings: bool
) -> None:
    study, recording = make(server), record(server, wait, browser, "First")
    ask(server, f"/api/studies/{study['id']}/recordings", "POST", {"recording": recording, "participant": "P1"})
    browser.get(f"{server.url}/studies")
    one(browser, f"#rename-{study['id']}").click()
    one(browser, "#new-name").send_keys("Market", Keys.ENTER)
    wait(browser).until(lambda page: text(page, ".study h2") == "Market")

    one(browser, ".study .danger").click()
    wait(browser).until(lambda page: one(page, "#study-dialog").is_displayed())
    assert text(browser, "#study-title") == "Delete the study “Market”?"
    assert "1 recording to the trash" in text(browser, "#study-recordings")
    check(browser)
    if with_recordings:
        one(browser, "#study-with").click()
    one(browser, "#study-dialog button[value=yes]").click()

    wait(browser).until(lambda page: every(page, ".study") == [])
    assert ask(server, "/api/studies")["studies"] == []
    assert ask(server, "/api/recordings")["total"] == (0 if with_recordings else 1)
    assert complaints(browser) == []


def test_without_a_study_the_form_of_a_recording_does_not_speak_of_any(
    server: Service, browser: Chrome, wait: Wait
) -> None:
    browser.get(server.url)
    wait(browser).until(lambda page: len(every(page, ".person")) == 1)
    one(browser, "#record-open").click()
    wait(browser).until(lambda page: text(page, "#record-study") == "None")

    for name in ("study", "participant", "condition"):
        assert not one(browser, f"#record-{name}").is_displayed()
    one(browser, "#record-cancel").click()
    make(server)
    one(browser, "#record-open").click()
    wait(browser).until(lambda page: one(page, "#record-study").is_displayed())
    Select(one(browser, "#record-study")).select_by_visible_text("Shop")
    wait(browser).until(lambda page: one(page, "#record-condition").is_displayed())
    one(browser, "#record-consent").click()
    one(browser, "#record-start").click()
    assert not runs(browser)  # not without a participant
