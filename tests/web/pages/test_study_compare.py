"""Recordings of a study beside each other, and the wall, as pages that need no script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_web.core.studies import TaskTimes
from fer_web.web.pages import study_compare
from tests.reports.made import HAPPY, NEUTRAL
from tests.web.api.test_recordings import EVIL, add
from tests.web.api.test_studies import assign, make
from tests.web.keeping import keeping, store_of
from tests.web.pages.test_pages import Attributes


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


def fill(client: FlaskClient, people: int, seconds: int = 20, **study: Any) -> tuple[str, list[str]]:
    """A study in which everybody did its first task; the id, and those of the recordings."""
    made = make(client, **study)
    recordings = []
    for number in range(1, people + 1):
        scores = HAPPY if number == 1 else NEUTRAL
        recording = add(client, f"Visit {number}", scores, seconds, looks_at_camera=number == 1)
        assign(client, made, recording, f"Person {number}", condition="new" if number == 2 else "old")
        times = TaskTimes(2.0, float(seconds), success=number != 2)
        store_of(client).studies.set_times(recording, made["tasks"][0]["id"], times)
        recordings.append(recording)
    return made["id"], recordings


def page_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert Attributes(answer.text).twice == []
    ids = re.findall(r'\bid="([^"]+)"', answer.text)
    assert len(ids) == len(set(ids))
    assert "<script" not in answer.text
    return answer.text


def columns(page: str) -> list[str]:
    return re.findall(r'<th scope="col"><strong>(.*?)</strong>', page)


def test_one_recording_is_too_few_and_leads_back(client: FlaskClient) -> None:
    study, _ = fill(client, 1)
    page = page_of(client, f"/studies/{study}/matrix")

    assert "Comparing needs at least two recordings." in page
    assert f'href="/studies/{study}"' in page
    assert "<table" not in page


def test_two_recordings_stand_beside_each_other(client: FlaskClient) -> None:
    study, _ = fill(client, 2, 40)
    page = page_of(client, f"/studies/{study}/matrix?measure=happy")

    assert columns(page) == ["Person 1", "Person 2"]
    assert "Happy: Person 1 differs from Person 2." in page
    assert page.count('class="chart"') == 2
    assert page.count("Not done") == 2  # Pay
    assert "<dd>38\N{NO-BREAK SPACE}s</dd>" in page
    assert "95 % interval" in page
    assert '<option value="happy" selected>' in page


@pytest.mark.parametrize("measure", ["expressions", "smile", "looks_at_camera", "eye_openness"])
def test_every_measure_is_shown(client: FlaskClient, measure: str) -> None:
    study, _ = fill(client, 2)

    assert page_of(client, f"/studies/{study}/matrix?measure={measure}").count('class="chart"') == 2


def test_of_nine_the_first_eight_are_shown_in_the_studys_order(client: FlaskClient) -> None:
    study, recordings = fill(client, 9)
    page = page_of(client, f"/studies/{study}/matrix")
    assert columns(page) == [f"Person {number}" for number in range(1, 9)]
    assert "Recordings: 8 of 9" in page
    assert "left out" not in page

    chosen = "&".join(f"recording={one}" for one in reversed(recordings))
    assert "1 of those you chose is left out" in page_of(client, f"/studies/{study}/matrix?{chosen}")

    two = page_of(client, f"/studies/{study}/matrix?recording={recordings[8]}&recording={recordings[3]}")
    assert columns(two) == ["Person 4", "Person 9"]
    one = page_of(client, f"/studies/{study}/matrix?recording={recordings[8]}")
    assert "Choose more above." in one


def test_what_cannot_be_compared_is_refused_in_a_sentence(client: FlaskClient) -> None:
    study, _ = fill(client, 2)
    other = add(client, "of no study")
    for path, status in (
        (f"{study}/matrix?measure=valence", 400),
        (f"{study}/matrix?measure=happy&measure=sad", 400),
        (f"{study}/matrix?recording={other}", 404),
        ("none/matrix", 404),
        ("none/wall", 404),
    ):
        answer = client.get(f"/studies/{path}")
        assert answer.status_code == status, path
        assert " " in answer.get_json()["error"]["message"]


def test_names_are_texts(client: FlaskClient) -> None:
    study, _ = fill(client, 5, name=EVIL, tasks=[EVIL])
    for page in ("matrix", "wall"):
        assert EVIL not in page_of(client, f"/studies/{study}/{page}")


def test_a_study_without_tasks_says_so(client: FlaskClient) -> None:
    study = make(client, tasks=[])
    for number in (1, 2):
        assign(client, study, add(client), f"P{number}")

    for page in ("matrix", "wall"):
        assert "This study has no tasks yet." in page_of(client, f"/studies/{study['id']}/{page}")


def test_four_people_are_too_few_for_the_wall(client: FlaskClient) -> None:
    study, _ = fill(client, 4)
    page = page_of(client, f"/studies/{study}/wall")

    assert "At least 5 people are needed; 4 so far." in page
    assert "At least 5 people are needed; 0 so far." in page
    assert "%" not in page.partition("<main")[2]


def test_of_five_people_the_wall_shows_means_and_no_names(client: FlaskClient) -> None:
    study, _ = fill(client, 5)
    page = page_of(client, f"/studies/{study}/wall")

    assert "5 people" in page
    assert "<dd>4 of 5</dd>" in page
    assert page.count("<dd>20\N{NO-BREAK SPACE}%</dd>") == 2  # happy, and looked at the camera
    assert "<dd>80\N{NO-BREAK SPACE}%</dd>" in page  # neutral
    assert "At least 5 people are needed; 0 so far." in page
    assert "Person" not in page
    assert "Visit" not in page


def test_a_wall_of_too_many_readings_says_so(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    study, _ = fill(client, 5)
    monkeypatch.setattr(study_compare, "MOST_WALL_READINGS", 999)

    page = page_of(client, f"/studies/{study}/wall")
    assert "This study has 1,000 readings; the wall can add up 999." in page
    assert "4 of 5" not in page


def test_what_was_read_of_a_deleted_recording_is_forgotten(client: FlaskClient) -> None:
    study, recordings = fill(client, 3)
    page_of(client, f"/studies/{study}/matrix")
    assert recordings[0] in study_compare.SERIES

    client.delete(f"/api/recordings/{recordings[0]}")

    assert recordings[0] not in study_compare.SERIES
    assert columns(page_of(client, f"/studies/{study}/matrix")) == ["Person 2", "Person 3"]
