"""The laboratory's page: two models on one picture, on a camera's; the table and the confusion matrices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PIL import Image
from selenium.webdriver import Chrome
from selenium.webdriver.support.ui import Select

from tests.browser.conftest import Browse, Wait
from tests.browser.page import attribute, complaints, every, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check

# Plays a moving pattern: a camera in which nobody is seen.
CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
LOADED = """return [...document.querySelectorAll("#answers img")].every((image) => image.naturalWidth > 0)"""


@pytest.fixture(scope="module")
def two_faces(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A public-domain portrait, beside a smaller part of it."""
    from skimage.data import astronaut

    whole = Image.fromarray(astronaut())
    two = Image.new("RGB", (900, 512))
    two.paste(whole, (0, 0))
    two.paste(whole.crop((100, 0, 400, 300)), (560, 100))
    path = tmp_path_factory.mktemp("pictures") / "two.jpg"
    two.save(path, quality=95)
    return path


def open_page(browser: Chrome, server: Service, wait: Wait) -> None:
    browser.get(f"{server.url}/lab")
    wait(browser).until(lambda _: every(browser, "#matrix1 table"))  # the scripts have run


def column(browser: Chrome, number: int) -> list[str]:
    """What stands in a column of the table, from above."""
    script = "return [...document.querySelectorAll('#runs tbody tr')].map((row) => row.cells[arguments[0]].textContent)"
    return list(browser.execute_script(script, number))


def test_two_models_answer_side_by_side(server: Service, browser: Chrome, wait: Wait, two_faces: Path) -> None:
    open_page(browser, server, wait)

    one(browser, "#image").send_keys(str(two_faces))
    wait(browser).until(lambda _: text(browser, "#duel-state").startswith("2 faces. "))

    said = re.fullmatch(
        r"2 faces\. (The models agree|The models disagree on ([12]) of them)?(\. )?"
        r"(At least one model is uncertain about ([12]) of them)?\. Analyzed in .*",
        text(browser, "#duel-state"),
    )
    assert said
    titles = [node.text for node in every(browser, ".face h3")]
    assert sum("disagree" in title for title in titles) == int(said[2] or 0)
    assert sum("uncertain" in title for title in titles) == int(said[5] or 0)
    names = [Select(one(browser, f"#model{side}")).first_selected_option.get_attribute("value") for side in (0, 1)]
    assert [node.text for node in every(browser, ".answer h4")] == names * 2
    assert len(every(browser, ".answer .bars > div")) == 4 * 7
    assert len(every(browser, ".answer .heat")) == 4
    assert len(every(browser, ".asked text")) == 2
    wait(browser).until(lambda _: browser.execute_script(LOADED))
    check(browser)


def test_who_is_uncertain_neither_agrees_nor_disagrees(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    script = """
        const [done, pairs] = [arguments[1], arguments[0]];
        const face = ([dominant_emotion, uncertain]) => ({ dominant_emotion, uncertain, emotions: {}, region: {} });
        const model = (name, side) => ({ name, results: pairs.map((pair) => face(pair[side])) });
        const answer = { image: {}, models: [model("one", 0), model("two", 1)], timing_ms: { total: 1 } };
        import("/static/lab-answers.js").then(({ verdict, answerNodes }) =>
          done([verdict(answer), ...answerNodes(null, answer).map((node) => node.querySelector("h3").textContent)]));
    """
    sure, unsure, other = ["happy", False], ["happy", True], ["sad", False]

    for pairs, told, titles in (
        ([[sure, sure]], "1 face. The models agree.", ["the models agree"]),
        ([[sure, unsure]], "1 face. At least one model is uncertain.", ["two is uncertain"]),
        ([[unsure, unsure]], "1 face. At least one model is uncertain.", ["one and two are uncertain"]),
        (
            [[sure, other], [unsure, other], [sure, sure]],
            "3 faces. The models disagree on 1 of them. At least one model is uncertain about 1 of them.",
            ["the models disagree", "one is uncertain", "the models agree"],
        ),
    ):
        verdict, *found = browser.execute_async_script(script, pairs)
        assert verdict.startswith(told)
        assert found == [f"Face {number}: {title}" for number, title in enumerate(titles, 1)]


def test_one_model_twice_is_refused_in_words_and_another_choice_asks_again(
    server: Service, browser: Chrome, wait: Wait, two_faces: Path
) -> None:
    open_page(browser, server, wait)
    choices = [Select(one(browser, f"#model{side}")) for side in (0, 1)]
    choices[1].select_by_index(0)
    one(browser, "#image").send_keys(str(two_faces))
    wait(browser).until(lambda _: text(browser, "#duel-error") == "Choose two different models.")

    choices[0].select_by_index(1)

    wait(browser).until(lambda _: text(browser, "#duel-state").startswith("2 faces."))
    assert not one(browser, "#duel-error").is_displayed()
    assert text(browser, ".answer h4") == choices[0].first_selected_option.get_attribute("value")


def test_what_is_no_picture_is_said(server: Service, browser: Chrome, wait: Wait, tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("this is no picture")
    open_page(browser, server, wait)

    one(browser, "#image").send_keys(str(tmp_path / "text.jpg"))

    wait(browser).until(lambda _: text(browser, "#duel-error"))
    assert text(browser, "#duel-state") == ""


def test_the_table_sorts_by_a_click_on_a_title(server: Service, browser: Chrome, wait: Wait) -> None:
    open_page(browser, server, wait)
    title = "#runs thead th:first-child"
    names, shares = column(browser, 0), column(browser, 1)
    assert attribute(browser, "#runs [aria-sort=descending]", "aria-sort")

    one(browser, f"{title} button").click()
    assert attribute(browser, title, "aria-sort") == "ascending"
    assert column(browser, 0) == sorted(names)
    one(browser, f"{title} button").click()
    assert attribute(browser, title, "aria-sort") == "descending"
    assert column(browser, 0) == sorted(names, reverse=True)
    assert len(every(browser, "#runs [aria-sort=ascending], #runs [aria-sort=descending]")) == 1

    one(browser, "#runs thead th:nth-child(2) button").click()
    assert attribute(browser, "#runs thead th:nth-child(2)", "aria-sort") == "descending"
    assert column(browser, 1) == shares


def test_six_systems_are_shown_and_those_of_five_expressions_stand_apart(
    server: Service, browser: Chrome, wait: Wait
) -> None:
    open_page(browser, server, wait)
    rows = server.json("/api/lab")["rows"]
    of_seven = [row["name"] for row in rows if len(row["expressions"]) == 7]
    shown = lambda: [row.text.split()[0] for row in every(browser, "#runs tbody th") if row.is_displayed()]  # noqa: E731

    assert shown() == of_seven[:6]
    assert column(browser, 0) == of_seven
    one(browser, "#runs thead th:first-child button").click()
    assert shown() == sorted(of_seven)[:6]
    one(browser, "#all-runs").click()
    assert shown() == sorted(of_seven)
    assert attribute(browser, "#all-runs", "aria-expanded") == "true"
    assert not one(browser, "#runs-5").is_displayed()
    one(browser, ".fewer summary").click()
    assert one(browser, "#runs-5").is_displayed()


def test_choosing_a_system_shows_its_confusion_matrix(server: Service, browser: Chrome, wait: Wait) -> None:
    rows = {row["name"]: row for row in server.json("/api/lab")["rows"]}
    open_page(browser, server, wait)
    name = list(rows)[-1]
    before = text(browser, "#matrix1")

    Select(one(browser, "#row0")).select_by_value(name)

    assert text(browser, "#matrix0 caption").startswith(name)
    counts = rows[name]["confusion"]
    shown = [int(cell.text) for cell in every(browser, "#matrix0 tbody td")]
    expected = [100 * count / sum(line) for line in counts for count in line]
    assert shown == pytest.approx(expected, abs=0.51)
    assert text(browser, "#matrix1") == before


def test_a_camera_is_compared_until_it_is_stopped(server: Service, browse: Browse, wait: Wait) -> None:
    driver = browse(*CAMERA)
    open_page(driver, server, wait)

    one(driver, "#camera").click()
    wait(driver).until(lambda _: text(driver, "#duel-state") == "No face found.")
    assert one(driver, "#video").is_displayed()
    assert not one(driver, "#camera").is_displayed()
    driver.execute_script("document.getElementById('duel-state').textContent = ''")
    wait(driver).until(lambda _: text(driver, "#duel-state") == "No face found.")  # it goes on

    one(driver, "#stop").click()
    assert driver.execute_script("return document.getElementById('video').srcObject") is None
    assert driver.switch_to.active_element.get_attribute("id") == "camera"
    assert not one(driver, "#video").is_displayed()
    assert complaints(driver) == []
