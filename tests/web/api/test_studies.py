"""Studies over HTTP: what is in them, which recordings belong to them, and what is deleted with what."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from flask.testing import FlaskClient

from tests.web.api.test_recordings import EVIL, add
from tests.web.api.test_running import code_of, start, stop
from tests.web.described import errors_in, schema_of
from tests.web.keeping import keeping, store_of


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


def told(answer: Any, status: int = 200) -> Any:
    """A study that was answered."""
    assert answer.status_code == status, answer.text
    assert errors_in(answer.get_json(), schema_of("Study")) == []
    return answer.get_json()


def make(client: FlaskClient, **wish: Any) -> Any:
    body = {"name": "Shop", "tasks": ["Find", "Pay"], "conditions": ["old", "new"], **wish}
    return told(client.post("/api/studies", json=body), 201)


def assign(client: FlaskClient, study: Any, recording: str, participant: str, **more: Any) -> Any:
    body = {"recording": recording, "participant": participant, **more}
    return told(client.post(f"/api/studies/{study['id']}/recordings", json=body))


def names(parts: Any) -> list[str]:
    return [part["name"] for part in parts]


def test_no_study_was_made_and_nothing_is_kept(client: FlaskClient) -> None:
    assert client.get("/api/studies").get_json() == {"studies": []}
    assert not store_of(client).is_there


def test_a_study_is_made_listed_renamed_and_filled(client: FlaskClient) -> None:
    study = make(client, name=f" {EVIL}\n")
    path = f"/api/studies/{study['id']}"
    assert (study["name"], names(study["tasks"]), names(study["conditions"])) == (EVIL, ["Find", "Pay"], ["old", "new"])

    added = client.post(f"{path}/parts", json={"kind": "task", "name": "Return\tit"})
    assert (added.status_code, added.get_json()["name"]) == (201, "Return it")
    assert errors_in(added.get_json(), schema_of("StudyPart")) == []
    moved = told(client.patch(f"{path}/parts/{added.get_json()['id']}", json={"place": 1, "name": "Send back"}))
    assert names(moved["tasks"]) == ["Send back", "Find", "Pay"]
    client.post(f"{path}/parts", json={"kind": "participant", "name": "P1"})
    told(client.patch(path, json={"name": "Market"}))

    listed = client.get("/api/studies").get_json()
    assert errors_in(listed, schema_of("Studies")) == []
    (one,) = listed["studies"]
    assert (one["name"], one["participants"], one["tasks"], one["recordings"]) == ("Market", 1, 3, 0)


@pytest.mark.parametrize(
    ("method", "path", "body", "refusal"),
    [
        ("post", "", {}, (400, "bad_parameter")),
        ("post", "", {"name": "x" * 201}, (400, "bad_parameter")),
        ("post", "", {"name": "x", "tasks": "Find"}, (400, "bad_parameter")),
        ("post", "", {"name": "x", "tasks": [""]}, (400, "bad_parameter")),
        ("post", "", {"name": "x", "tasks": [7]}, (400, "bad_parameter")),
        ("post", "", {"name": "x", "tasks": ["x" * 101]}, (400, "bad_parameter")),
        ("post", "", {"name": "x", "tasks": [str(number) for number in range(31)]}, (400, "bad_parameter")),
        ("post", "", {"name": "x", "conditions": ["a", "a"]}, (409, "name_taken")),
        ("post", "", {"name": "x", "people": []}, (400, "unknown_parameter")),
        ("post", "/{study}/parts", {"kind": "person", "name": "x"}, (400, "bad_parameter")),
        ("post", "/{study}/parts", {"kind": "task", "name": " "}, (400, "bad_parameter")),
        ("post", "/{study}/parts", {"kind": "task", "name": "Pay"}, (409, "name_taken")),
        ("patch", "/{study}/parts/1", {"place": 0}, (400, "bad_parameter")),
        ("patch", "/{study}/parts/999", {"name": "x"}, (404, "no_part")),
        ("delete", "/{study}/parts/999", None, (404, "no_part")),
        ("post", "/{study}/recordings", {"recording": "none", "participant": "P1"}, (404, "no_recording")),
        ("post", "/{study}/recordings", {"recording": "none"}, (400, "bad_parameter")),
        ("delete", "/{study}/recordings/none", None, (404, "no_recording")),
        ("patch", "/{study}", {"name": ""}, (400, "bad_parameter")),
        ("delete", "/{study}", None, (400, "confirm_required")),
        ("delete", "/{study}?confirm=true&recordings=all", None, (400, "bad_parameter")),
        *((method, "/none", {"name": "x"}, (404, "no_study")) for method in ("get", "patch")),
        ("delete", "/none?confirm=true", None, (404, "no_study")),
        ("post", "/none/parts", {"kind": "task", "name": "x"}, (404, "no_study")),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    client: FlaskClient, method: str, path: str, body: Any, refusal: tuple[int, str]
) -> None:
    study = make(client)

    answer = getattr(client, method)(f"/api/studies{path.format(study=study['id'])}", json=body)

    assert code_of(answer) == refusal
    assert " " in answer.get_json()["error"]["message"]
    assert client.get("/api/studies").get_json()["studies"] == client.get("/api/studies").get_json()["studies"]
    assert told(client.get(f"/api/studies/{study['id']}")) == study


def test_recordings_are_taken_in_changed_and_let_go(client: FlaskClient) -> None:
    study, first, second = make(client), add(client, "first"), add(client, "second")
    path = f"/api/studies/{study['id']}/recordings"
    assign(client, study, second, "P1", condition="new")
    found = assign(client, study, first, "P2")["recordings"]
    assert [(one["recording"], one["participant"], one["condition"]) for one in found] == [
        (second, "P1", "new"),
        (first, "P2", None),
    ]
    assert (found[0]["name"], found[0]["state"], found[0]["duration_s"]) == ("second", "finished", 20.0)
    assert names(found[0]["tasks"]) == ["Find", "Pay"]

    changed = assign(client, study, second, "P3", condition="old")["recordings"]
    assert [(one["participant"], one["condition"]) for one in changed] == [("P2", None), ("P3", "old")]
    refused = client.post(path, json={"recording": first, "participant": "P2", "condition": "no such"})
    assert code_of(refused) == (404, "no_part")
    other = make(client, name="Other")
    refused = client.post(f"/api/studies/{other['id']}/recordings", json={"recording": first, "participant": "P1"})
    assert code_of(refused) == (409, "in_another_study")

    left = told(client.delete(f"{path}/{second}"))["recordings"]
    assert [one["recording"] for one in left] == [first]
    assert client.get(f"/api/recordings/{second}").status_code == 200


def test_what_is_used_goes_only_when_that_was_confirmed(client: FlaskClient) -> None:
    study, recording = make(client), add(client)
    study = assign(client, study, recording, "P1", condition="new")
    task, condition, participant = study["tasks"][0], study["conditions"][1], study["participants"][0]
    client.patch(f"/api/recordings/{recording}/tasks/{task['id']}", json={"start_s": 1, "stop_s": 2})
    path = f"/api/studies/{study['id']}/parts"
    told(client.delete(f"{path}/{study['tasks'][1]['id']}"))  # nothing is known of it

    for part, sentence in (
        (task, "the task 'Find' has times in 1 recording"),
        (condition, "1 recording would have no condition"),
        (participant, "1 recording of 'P1' leave"),
    ):
        answer = client.delete(f"{path}/{part['id']}")
        assert code_of(answer) == (400, "confirm_required")
        assert sentence in answer.get_json()["error"]["message"]
        told(client.delete(f"{path}/{part['id']}?confirm=true"))

    left = told(client.get(f"/api/studies/{study['id']}"))
    assert (left["tasks"], names(left["conditions"]), left["participants"], left["recordings"]) == ([], ["old"], [], [])
    assert client.get(f"/api/recordings/{recording}").status_code == 200


@pytest.mark.parametrize(("what", "left"), [("keep", 2), ("delete", 1)])
def test_deleting_a_study_leaves_its_recordings_unless_they_are_meant_too(
    client: FlaskClient, what: str, left: int
) -> None:
    study = make(client)
    assign(client, study, add(client, "of the study"), "P1")
    add(client, "of no study")

    answer = client.delete(f"/api/studies/{study['id']}?confirm=true&recordings={what}")

    assert answer.get_json() == {"deleted": 2 - left}
    assert client.get("/api/studies").get_json() == {"studies": []}
    assert client.get("/api/recordings").get_json()["total"] == left


def test_what_runs_is_not_deleted_with_its_study(client: FlaskClient) -> None:
    study = make(client)
    assign(client, study, add(client), "P0")
    recording = start(client, study=study["id"], participant="P1")

    refused = client.delete(f"/api/studies/{study['id']}?confirm=true&recordings=delete")

    assert code_of(refused) == (409, "still_recording")
    assert client.get("/api/recordings").get_json()["total"] == 2
    stop(client, recording)
    assert client.delete(f"/api/studies/{study['id']}?confirm=true&recordings=delete").get_json() == {"deleted": 2}


def test_what_was_deleted_is_gone_from_its_study(client: FlaskClient) -> None:
    study, recording = make(client), add(client)
    assign(client, study, recording, "P1")

    client.delete(f"/api/recordings/{recording}")

    assert told(client.get(f"/api/studies/{study['id']}"))["recordings"] == []
    assert client.get("/api/studies").get_json()["studies"][0]["recordings"] == 0


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_websites_can_do_none_of_it(client: FlaskClient, site: str) -> None:
    study = make(client)
    path, foreign = f"/api/studies/{study['id']}", {"Sec-Fetch-Site": site}

    answers = [
        client.get("/api/studies", headers=foreign),
        client.get(path, headers=foreign),
        client.post("/api/studies", json={"name": "x"}, headers=foreign),
        client.patch(path, json={"name": "x"}, headers=foreign),
        client.delete(f"{path}?confirm=true", headers=foreign),
    ]

    assert [code_of(answer) for answer in answers] == [(403, "cross_site")] * len(answers)


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_whole_study_is_read_by_pandas(client: FlaskClient, separator: str) -> None:
    study = make(client, tasks=['Find, then "pay"', "=Pay"])
    first, second = add(client, "first", seconds=10), add(client, "second", seconds=10)
    assign(client, study, first, "P1; early", condition="new")
    assign(client, study, second, "P2")
    for recording in (first, second):
        body = {"start_s": 2.0, "stop_s": 4.0, "success": recording == first or None}
        client.patch(f"/api/recordings/{recording}/tasks/{study['tasks'][0]['id']}", json=body)

    answer = client.get(f"/api/studies/{study['id']}/export.zip?separator={'%3B' if separator == ';' else ','}")

    with zipfile.ZipFile(BytesIO(answer.data)) as file:
        decimal = "," if separator == ";" else "."
        frames = {
            name: pd.read_csv(file.open(name), sep=separator, decimal=decimal, keep_default_na=False)
            for name in ("readings.csv", "markers.csv", "tasks.csv")
        }
    readings, markers, tasks = (frames[name] for name in ("readings.csv", "markers.csv", "tasks.csv"))
    assert list(readings.columns[:5]) == ["recording", "participant", "task", "time_s", "track_id"]
    assert readings.groupby(["participant", "task"]).size().to_dict() == {
        ("P1; early", ""): 80,
        ("P1; early", 'Find, then "pay"'): 20,
        ("P2", ""): 80,
        ("P2", 'Find, then "pay"'): 20,
    }
    assert readings.happy.max() == pytest.approx(0.86)
    assert list(markers.columns) == ["recording", "participant", "task", "marker", "utc"]
    mine = markers[markers.recording == first]
    assert mine.marker.tolist() == ["task start", "task stop", EVIL]
    assert mine.utc.tolist()[0] == "2026-03-04T05:06:09.000+00:00"
    assert tasks.success.tolist() == ["yes", "", "", ""]
    assert tasks.task.tolist()[1] == "'=Pay"  # no formula
    assert tasks.condition.tolist() == ["new", "new", "", ""]
