"""The pages of studies: what they say, to whom, and without scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from fer_web.web.pages import studies
from fer_web.web.pages.studies import clock
from tests.web.api.test_recordings import add
from tests.web.api.test_studies import assign, make
from tests.web.keeping import keeping
from tests.web.test_own_recordings import GUEST, GUESTS, TOKEN

EVIL = "<img src=x onerror=alert(1)>"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00.00"), (65.25, "1:05.25"), (59.996, "1:00.00"), (3675.5, "1:01:15.50"), (0.004, "0:00.00")],
)
def test_times_are_minutes_and_seconds_of_the_recording(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown


def test_what_somebody_wrote_is_text_on_every_page(client: FlaskClient) -> None:
    study = make(client, name=EVIL, tasks=[EVIL], conditions=[EVIL])
    recording = add(client, EVIL)
    assign(client, study, recording, EVIL, condition=EVIL)
    add(client, EVIL)

    for path in ("/studies", f"/studies/{study['id']}", f"/recordings/{recording}"):
        page = client.get(path).text
        assert EVIL not in page
        assert page.count("&lt;img src=x") >= 2


def test_the_page_of_a_study_says_how_each_task_went(client: FlaskClient) -> None:
    study, recording = make(client), add(client, "first")
    assign(client, study, recording, "P1", condition="new")
    times = {"start_s": 2.0, "stop_s": 4.5, "success": False}
    client.patch(f"/api/recordings/{recording}/tasks/{study['tasks'][0]['id']}", json=times)

    page = client.get(f"/studies/{study['id']}").text

    assert "P1 · new" in page
    assert [cell for cell in ("0:02.00", "0:04.50", "2.5 s", "<td>no</td>") if cell not in page] == []
    assert f'href="/api/studies/{study["id"]}/export.zip"' in page
    assert f'href="/recordings/{recording}#tasks"' in page
    assert f'href="/studies/{study["id"]}/matrix"' in page
    assert client.get(f"/studies/{study['id']}/wall").status_code == 200


def test_only_recordings_without_a_study_are_offered(client: FlaskClient) -> None:
    study, other = make(client), make(client, name="Other")
    assign(client, study, add(client, "of this"), "P1")
    assign(client, other, add(client, "of another"), "P1")
    free, discarded = add(client, "free"), add(client, "discarded")
    client.delete(f"/api/recordings/{discarded}")

    page = client.get(f"/studies/{study['id']}").text

    offered = page.partition('id="add-recording"')[2].partition("</select>")[0]
    assert re.findall(r'<option value="([^"]+)">', offered) == [free]


def test_it_is_said_where_not_all_recordings_are_offered(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(studies, "MOST", 2)
    study, _, second = make(client), add(client, "oldest"), add(client, "second")
    assert "are offered" not in client.get(f"/studies/{study['id']}").text
    third = add(client, "third")

    page = client.get(f"/studies/{study['id']}").text

    assert "Only your newest 2 recordings are offered." in page
    assert re.findall(r'<option value="([^"]+)">', page) == [third, second]


def test_the_recordings_page_leads_to_its_study_and_offers_the_times_of_its_tasks(client: FlaskClient) -> None:
    study, recording = make(client, name="Shop"), add(client, "first")
    assert 'id="tasks"' not in client.get(f"/recordings/{recording}").text
    assign(client, study, recording, "P1")
    task = study["tasks"][0]["id"]
    client.patch(f"/api/recordings/{recording}/tasks/{task}", json={"start_s": 2.0})

    page = client.get(f"/recordings/{recording}").text

    assert f'<a href="/studies/{study["id"]}">Shop</a>' in page
    assert 'value="0:02.00" data-seconds="2.0"' in page
    assert page.count('class="task-row"') == 2


def test_nobody_sees_the_study_of_somebody_else(tmp_path: Path) -> None:
    with keeping(tmp_path / "data", token=TOKEN, guest_token=GUEST) as ann:
        mine = ann.post("/api/studies", json={"name": "Hers alone"}, headers=GUESTS).get_json()["id"]
        ben = ann.application.test_client()

        assert "Hers alone" in ann.get("/studies", headers=GUESTS).text
        assert "Hers alone" not in ben.get("/studies", headers=GUESTS).text
        assert ann.get(f"/studies/{mine}", headers=GUESTS).status_code == 200
        assert ben.get(f"/studies/{mine}", headers=GUESTS).status_code == 404
