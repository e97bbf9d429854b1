"""The tasks of a recording: started and stopped while it runs, and corrected afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.api.test_recordings import add
from tests.web.api.test_running import AGREED, code_of, current, start, stop
from tests.web.api.test_studies import assign, make
from tests.web.api.test_visits import enter
from tests.web.described import errors_in, schema_of
from tests.web.keeping import keeping, store_of


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


def told(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    assert errors_in(answer.get_json(), schema_of("RecordingTasks")) == []
    return answer.get_json()


def test_tasks_are_timed_while_a_camera_is_recorded(client: FlaskClient) -> None:
    study = make(client)
    find, pay = study["tasks"]
    recording = start(client, study=study["id"], participant="P1", condition="new")
    assert recording["name"] == "P1, new"
    path = f"/api/recordings/{recording['id']}/tasks"

    begun = told(client.post(f"{path}/{find['id']}/start"))
    assert (begun["study"], begun["study_name"], begun["participant"], begun["condition"]) == (
        study["id"],
        "Shop",
        "P1",
        "new",
    )
    assert begun["tasks"][0]["start_s"] >= 0
    ended = told(client.post(f"{path}/{find['id']}/stop", json={"success": True}))["tasks"]

    stop(client, recording)
    assert told(client.get(path))["tasks"] == ended
    first, second = ended
    assert (first["name"], first["success"], second) == (
        "Find",
        True,
        {"task": pay["id"], "name": "Pay", "start_s": None, "stop_s": None, "success": None},
    )
    length_s = client.get(f"/api/recordings/{recording['id']}").get_json()["duration_s"]
    assert begun["tasks"][0]["start_s"] == first["start_s"] <= first["stop_s"] <= length_s


def test_a_task_starts_once_and_stops_after_that(client: FlaskClient) -> None:
    study = make(client)
    recording = start(client, study=study["id"], participant="P1")
    path = f"/api/recordings/{recording['id']}/tasks/{study['tasks'][0]['id']}"

    assert code_of(client.post(f"{path}/stop")) == (409, "task_order")
    told(client.post(f"{path}/start"))
    assert code_of(client.post(f"{path}/start")) == (409, "task_order")
    ended = told(client.post(f"{path}/stop"))
    assert ended["tasks"][0]["success"] is None
    assert code_of(client.post(f"{path}/stop", json={"success": False})) == (409, "task_order")
    assert told(client.get(f"/api/recordings/{recording['id']}/tasks")) == ended

    again = told(client.patch(path, json={}))  # taken back
    assert again["tasks"][0]["start_s"] is None
    told(client.post(f"{path}/start"))
    stop(client, recording)
    assert code_of(client.post(f"{path}/stop")) == (404, "no_recording")


def test_nobody_else_times_the_tasks_of_a_visit(client: FlaskClient) -> None:
    study, visit, other = make(client), enter(client), enter(client)
    recording = start(client, visit, study=study["id"], participant="P1")
    path = f"/api/recordings/{recording['id']}/tasks/{study['tasks'][0]['id']}"

    for headers in ({}, other):
        assert code_of(client.post(f"{path}/start", headers=headers)) == (404, "no_recording")
        assert code_of(client.patch(path, json={"start_s": 0.0}, headers=headers)) == (404, "no_recording")
    told(client.post(f"{path}/start", headers=visit))
    assert told(client.post(f"{path}/stop", json={"success": False}, headers=visit))["tasks"][0]["success"] is False


@pytest.mark.parametrize(
    ("wish", "refusal"),
    [
        ({"study": "none", "participant": "P1"}, (404, "no_study")),
        ({"participant": " "}, (400, "bad_parameter")),
        ({"participant": "P1", "condition": "no such"}, (404, "no_part")),
        ({"participant": "x" * 101}, (400, "bad_parameter")),
    ],
)
def test_nothing_is_recorded_that_cannot_belong_to_its_study(
    client: FlaskClient, wish: dict[str, Any], refusal: tuple[int, str]
) -> None:
    study = make(client)

    answer = client.post("/api/recordings", json={**AGREED, "study": study["id"], **wish})

    assert code_of(answer) == refusal
    assert current(client) is None
    assert store_of(client).recordings.count() == 0


def test_a_recording_of_no_study_has_no_tasks(client: FlaskClient) -> None:
    recording, study = add(client), make(client)

    found = told(client.get(f"/api/recordings/{recording}/tasks"))

    assert (found["study"], found["participant"], found["tasks"]) == (None, None, [])
    change = client.patch(f"/api/recordings/{recording}/tasks/{study['tasks'][0]['id']}", json={"start_s": 1})
    assert code_of(change) == (404, "no_part")
    assert code_of(client.get("/api/recordings/none/tasks")) == (404, "no_recording")


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"stop_s": 3}, "needs a start"),
        ({"start_s": 3, "stop_s": 3}, "later than its start"),
        ({"start_s": 1, "stop_s": 21}, "ends after 20.0 s"),
        ({"start_s": -1}, "must be seconds"),
        ({"start_s": "1:00"}, "must be seconds"),
        ({"start_s": True}, "must be seconds"),
        ({"success": "yes"}, "success must be true or false"),
        ({"start_s": 1, "end_s": 2}, "unknown JSON key"),
    ],
)
def test_times_that_cannot_be_are_refused_and_the_others_stay(
    client: FlaskClient, body: dict[str, Any], sentence: str
) -> None:
    recording = add(client)
    study = assign(client, make(client), recording, "P1")
    path = f"/api/recordings/{recording}/tasks/{study['tasks'][0]['id']}"
    before = told(client.patch(path, json={"start_s": 1.5, "stop_s": 20, "success": False}))

    answer = client.patch(path, json=body)

    assert answer.status_code == 400
    assert sentence in answer.get_json()["error"]["message"]
    assert told(client.get(f"/api/recordings/{recording}/tasks")) == before
    assert before["tasks"][0]["start_s"] == 1.5
    assert before["tasks"][0]["success"] is False
