"""The answers to a practice's questions over HTTP, across the practices that are kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_web.core import Marker
from fer_web.core.questions import CALM
from fer_web.web.api.models.practice import MOST_PRACTICES
from tests.readings import reading_of
from tests.web.api.test_recordings import BEGAN, EVIL, HAPPY
from tests.web.api.test_running import code_of, start, stop
from tests.web.api.test_visits import enter, send
from tests.web.described import errors_in, schema_of
from tests.web.keeping import keeping, store_of
from tests.web.live_server import eventually


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


def practice(client: FlaskClient, looked_s: int, *questions: str, day: int = 0) -> str:
    """Ten seconds for each question, of which so many were spent looking at the camera."""
    store = store_of(client).recordings
    began, end_s = BEGAN + timedelta(days=day), 13.0 + 10 * len(questions)
    recording = store.create(f"talk {day}", "visit", began, kind="practice", fps=10.0, model="fake 1")
    times = [count / 10 for count in range(int(10 * end_s))]
    looks = [time < 13 or (time - 13) % 10 < looked_s for time in times]
    readings = [
        reading_of(time, 1, HAPPY, looks_at_camera=is_looking, smile=0.1)
        for time, is_looking in zip(times, looks, strict=True)
    ]
    store.append(recording, readings, duration_s=end_s)
    store.mark(recording, Marker(0.0, CALM))
    for number, question in enumerate(questions):
        store.mark(recording, Marker(13.0 + 10 * number, question))
    store.finish(recording, duration_s=end_s)
    return recording


def answers(client: FlaskClient, recording: str) -> Any:
    answer = client.get(f"/api/recordings/{recording}/answers").get_json()
    assert errors_in(answer, schema_of("Answers")) == []
    return answer["questions"]


def test_attempts_at_a_question_come_in_their_order_from_all_practices(client: FlaskClient) -> None:
    second, first = practice(client, 7, "How?", EVIL, day=1), practice(client, 4, EVIL, day=0)
    practice(client, 9, "What?", day=2)

    how, evil = answers(client, second)

    assert (how["number"], how["text"], evil["number"], evil["text"]) == (1, "How?", 2, EVIL)
    assert [one["recording"] for one in how["answers"]] == [second]
    assert [(one["recording"], one["name"]) for one in evil["answers"]] == [(first, "talk 0"), (second, "talk 1")]
    assert [one["looked_at_camera"] for one in evil["answers"]] == pytest.approx([0.4, 0.7], abs=0.02)
    assert [(one["start_s"], one["seconds"]) for one in evil["answers"]] == [(13.0, 10.0), (23.0, 10.0)]
    assert evil["answers"][0]["smiled"] == 0.0
    assert answers(client, first)[0]["answers"] == evil["answers"]


def test_what_is_deleted_is_compared_no_more(client: FlaskClient) -> None:
    first, second = practice(client, 4, "How?"), practice(client, 7, "How?", day=1)
    assert len(answers(client, second)[0]["answers"]) == 2

    client.delete(f"/api/recordings/{first}")

    assert [one["recording"] for one in answers(client, second)[0]["answers"]] == [second]
    assert code_of(client.get(f"/api/recordings/{first}/answers")) == (404, "no_recording")


def test_the_newest_are_compared_and_this_one_always(client: FlaskClient) -> None:
    kept = [practice(client, 5, "How?", day=day) for day in range(MOST_PRACTICES + 2)]

    assert [one["recording"] for one in answers(client, kept[-1])[0]["answers"]] == kept[2:]
    assert [one["recording"] for one in answers(client, kept[0])[0]["answers"]] == [kept[0], *kept[2:]]


def test_other_recordings_have_no_questions(client: FlaskClient) -> None:
    store = store_of(client).recordings
    recording = store.create("talk", "demo", datetime.now(timezone.utc), kind="camera")
    store.mark(recording, Marker(1.0, "How?"))
    practice(client, 5, "How?")

    assert answers(client, recording) == []


def test_a_visit_is_practiced_and_belongs_to_its_visitor(client: FlaskClient) -> None:
    visit = enter(client)
    recording = start(client, visit, kind="practice", name="Interview")
    assert recording["kind"] == "practice"
    assert [one["text"] for one in recording["newest_markers"]] == [CALM]
    assert send(client, visit).status_code == 200
    address = f"/api/recordings/{recording['id']}/markers"
    assert code_of(client.post(address, json={"text": "How?"})) == (404, "no_recording")
    assert client.post(address, json={"text": "How?"}, headers=visit).status_code == 201
    stop(client, recording, visit)

    (question,) = answers(client, recording["id"])
    assert (question["text"], len(question["answers"])) == ("How?", 1)
    assert store_of(client).recordings.get(recording["id"]).recording.markers[0] == Marker(0.0, CALM)


@pytest.mark.parametrize("is_stopped", [True, False])
def test_a_practice_that_ends_before_its_first_question_is_not_kept(client: FlaskClient, is_stopped: bool) -> None:
    visit = enter(client)
    recording = start(client, visit, kind="practice")
    assert send(client, visit).status_code == 200
    assert [one["id"] for one in client.get("/api/recordings").get_json()["recordings"]] == [recording["id"]]
    if is_stopped:
        stop(client, recording, visit)
    else:
        assert client.delete("/api/visits", headers=visit).status_code == 204

    assert eventually(lambda: client.get("/api/recordings").get_json()["recordings"] == [])
    assert code_of(client.get(f"/api/recordings/{recording['id']}")) == (404, "no_recording")


def test_a_practice_needs_a_visit(client: FlaskClient) -> None:
    assert code_of(client.post("/api/recordings", json={"consent": True, "kind": "practice"})) == (404, "no_visit")
