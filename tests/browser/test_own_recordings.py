"""Two browsers on one server that do not see each other's recordings, the operator who sees both; trash and links."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

from selenium.webdriver import Chrome, Keys

from fer_web.store import Retention, Store
from fer_web.store.address import sqlite_address
from tests.browser.conftest import Browse, Serve, Wait
from tests.browser.page import complaints, every, one, text
from tests.browser.server import Service
from tests.browser.test_recording import runs

TOKEN, GUEST = "the operator's own secret", "what every guest knows"


def enter(page: Chrome, server: Service, token: str, wait: Wait) -> None:
    page.get(f"{server.url}/login")
    one(page, "#token").send_keys(token, Keys.ENTER)
    wait(page).until(lambda page: every(page, ".person"))


def record(page: Chrome, name: str, wait: Wait) -> None:
    one(page, "#record-open").click()
    one(page, "#record-name").send_keys(name)
    one(page, "#record-consent").click()
    one(page, "#record-start").click()
    wait(page).until(lambda page: runs(page) and text(page, "#record-elapsed") >= "0:02")
    assert text(page, "#record-title") == name
    one(page, "#record-stop").click()
    wait(page).until(lambda page: text(page, "#record-told a") == "See the report")


def names(page: Chrome, listed: str = "#list h2") -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map((title) => title.textContent)"
    return list(page.execute_script(script, listed))


def see(page: Chrome, server: Service, expected: list[str], wait: Wait) -> None:
    page.get(f"{server.url}/recordings")
    wait(page).until(lambda page: names(page) == expected and (expected or one(page, "#nothing").is_displayed()))


def delete(page: Chrome, wait: Wait) -> None:
    one(page, "#list .danger").click()
    one(page, "#delete-dialog button[value=yes]").click()
    wait(page).until(lambda page: one(page, "#undo").is_displayed() and names(page) == [])


def test_each_browser_sees_its_own_and_the_operator_sees_both(
    serve: Serve, browse: Browse, wait: Wait, tmp_path: Path
) -> None:
    server = serve(FER_TOKEN=TOKEN, FER_GUEST_TOKEN=GUEST)
    ann, ben, operator = browse(), browse(), browse()
    for page, token in ((ann, GUEST), (ben, GUEST), (operator, TOKEN)):
        enter(page, server, token, wait)

    record(ann, "Ann's interview", wait)
    assert runs(ben) is False
    record(ben, "Ben's talk", wait)
    see(ann, server, ["Ann's interview"], wait)
    see(ben, server, ["Ben's talk"], wait)
    see(operator, server, ["Ben's talk", "Ann's interview"], wait)
    assert "see everybody's" in text(operator, ".hint")
    assert "that this browser made" in text(ann, ".hint")

    address = one(ann, "#list h2 a").get_attribute("href")
    ben.get(address or "")
    assert "No such recording" in text(ben, "main")

    # a link, opened in the other browser, withdrawn
    ann.get(address or "")
    one(ann, "#share").click()
    one(ann, "#share-make").click()
    wait(ann).until(lambda page: one(page, "#share-link").is_displayed())
    assert ann.switch_to.active_element.get_attribute("id") == "share-link"
    link = one(ann, "#share-link").get_attribute("value") or ""
    assert link.startswith(f"{server.url}/shared/")
    ben.get(link)
    assert text(ben, "h1") == "Ann's interview"
    assert every(ben, "a[href^='/'], form, script") == []
    one(ann, "#share-end").click()
    wait(ann).until(lambda page: one(page, "#share-make").is_displayed())
    ben.get(link)
    assert "no longer shared" in text(ben, "main")

    # deleted, and undone
    see(ann, server, ["Ann's interview"], wait)
    delete(ann, wait)
    see(operator, server, ["Ben's talk"], wait)
    assert names(operator, "#trash-list h3") == ["Ann's interview"]
    one(ann, "#undo").click()
    wait(ann).until(lambda page: names(page) == ["Ann's interview"])
    assert not one(ann, "#undoing").is_displayed()
    assert not one(ann, "#trash").is_displayed()

    # deleted again on its own page, and gone after seven days
    ann.get(address or "")
    one(ann, "#delete").click()
    one(ann, "#delete-dialog button[value=yes]").click()
    wait(ann).until(lambda page: every(page, "#undo") and one(page, "#undo").is_displayed() and names(page) == [])
    one(ann, "#trash summary").click()
    assert names(ann, "#trash-list h3") == ["Ann's interview"]
    assert complaints(ann) == []
    server.stop()
    assert turned_forward(tmp_path, server, days=6.9) == 0
    assert turned_forward(tmp_path, server, days=7.1) == 1
    server.start()
    see(ann, server, [], wait)
    assert not one(ann, "#trash").is_displayed()
    see(operator, server, ["Ben's talk"], wait)


def turned_forward(folder: Path, server: Service, *, days: float) -> int:
    """How many recordings go when the server's folder is tidied so many days from now."""

    def later() -> datetime:
        return datetime.now(timezone.utc) + timedelta(days=days)

    with Store.open(sqlite_address(folder / f"data-{server.port}"), clock=later) as store:
        return Retention(store, None, clock=later).tidy()


def test_at_ones_own_machine_another_browser_sees_the_same(serve: Serve, browse: Browse, wait: Wait) -> None:
    server = serve()
    first, second = browse(), browse()
    first.get(server.url)
    wait(first).until(lambda page: every(page, ".person"))
    record(first, "At home", wait)

    see(second, server, ["At home"], wait)
    assert "browser made" not in text(second, ".hint")
    one(second, "#list .danger").click()
    one(second, "#delete-dialog button[value=yes]").click()
    wait(second).until(lambda page: one(page, "#undo").is_displayed())
    one(second, "#trash summary").click()
    one(second, "#trash-list .danger").click()
    one(second, "#delete-dialog button[value=yes]").click()
    wait(second).until(lambda page: not one(page, "#trash").is_displayed())
    see(first, server, [], wait)
