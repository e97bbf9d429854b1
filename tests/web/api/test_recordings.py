"""Recordings that are kept, over HTTP: the list, what can be done with one, files, pages."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_web.core import Marker
from fer_web.web.api.recording_files import attachment, file_name
from tests.readings import reading_of
from tests.web.api.test_running import code_of, start, stop
from tests.web.client import make_app
from tests.web.described import errors_in, schema_of
from tests.web.keeping import keeping, store_of

HAPPY = (0.02, 0.02, 0.02, 0.86, 0.02, 0.02, 0.04)
SAD = (0.02, 0.02, 0.02, 0.04, 0.86, 0.02, 0.02)
EVIL = "<script>alert(1)</script>\"'& ../../x"
BEGAN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


def add(
    client: FlaskClient,
    name: str = "talk",
    scores: tuple[float, ...] = HAPPY,
    seconds: int = 20,
    began: datetime = BEGAN,
    people: int = 1,
    **measures: Any,
) -> str:
    """A recording of one person, or several, at ten pictures a second, with a marker in its middle."""
    store = store_of(client)
    recording = store.recordings.create(
        name, "demo", began, kind="camera", fps=10.0, width=64, height=48, model="fake 1", consent="signed"
    )
    readings = [
        reading_of(count / 10, track, scores, count // 30, None, None, **measures)
        for count in range(seconds * 10)
        for track in range(1, people + 1)
    ]
    store.recordings.append(recording, readings, duration_s=float(seconds))
    store.recordings.mark(recording, Marker(seconds / 2, EVIL))
    store.recordings.finish(recording, duration_s=float(seconds))
    return recording


def listed(client: FlaskClient, query: str = "") -> Any:
    answer = client.get(f"/api/recordings{query}").get_json()
    assert errors_in(answer, schema_of("Recordings")) == []
    return answer


# the list


def test_nothing_was_recorded_and_nothing_is_made(client: FlaskClient) -> None:
    assert listed(client) == {"recordings": [], "total": 0, "limit": 50, "offset": 0}
    assert client.get("/recordings").status_code == 200
    assert not store_of(client).is_there


def test_recordings_come_newest_first_and_in_pieces(client: FlaskClient) -> None:
    ids = [add(client, f"talk {number}", seconds=1) for number in range(3)]

    assert [one["id"] for one in listed(client)["recordings"]] == ids[::-1]
    piece = listed(client, "?limit=1&offset=1")
    assert [one["id"] for one in piece["recordings"]] == [ids[1]]
    assert piece["total"] == 3


@pytest.mark.parametrize("query", ["?limit=-1", "?limit=201", "?offset=x", "?limit=", "?offset=99999999999999999999"])
def test_bad_pieces_are_refused(client: FlaskClient, query: str) -> None:
    assert code_of(client.get(f"/api/recordings{query}")) == (400, "bad_parameter")


def test_one_is_told_without_its_readings(client: FlaskClient) -> None:
    answer = client.get(f"/api/recordings/{add(client)}").get_json()

    assert errors_in(answer, schema_of("Recording")) == []
    assert (answer["name"], answer["state"], answer["kind"]) == ("talk", "finished", "camera")
    assert (answer["tracks"], answer["readings"], answer["markers"], answer["duration_s"]) == (1, 200, 1, 20.0)
    assert answer["started_at"] == "2026-03-04T05:06:07+00:00"
    assert answer["consent"] == "signed"
    assert answer["expires_at"] > answer["started_at"]


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_what_is_not_there_is_told(client: FlaskClient, method: str) -> None:
    body = {"json": {"name": "x"}} if method == "patch" else {}

    assert code_of(getattr(client, method)("/api/recordings/nothing", **body)) == (404, "no_recording")


@pytest.mark.parametrize("file", ["readings.csv", "people_events.csv", "summary.json", "report.html"])
def test_files_of_what_is_not_there_are_told(client: FlaskClient, file: str) -> None:
    assert code_of(client.get(f"/api/recordings/nothing/{file}")) == (404, "no_recording")
    assert client.get("/recordings/nothing").status_code == 404


# renaming and deleting


def test_a_recording_is_renamed(client: FlaskClient) -> None:
    recording = add(client)

    answer = client.patch(f"/api/recordings/{recording}", json={"name": f" {EVIL}\n"})

    assert answer.get_json()["name"] == EVIL
    assert listed(client)["recordings"][0]["name"] == EVIL


@pytest.mark.parametrize("name", ["", "  ", None, 3, "x" * 201])
def test_a_name_has_to_be_one(client: FlaskClient, name: object) -> None:
    recording = add(client)

    assert code_of(client.patch(f"/api/recordings/{recording}", json={"name": name})) == (400, "bad_parameter")
    assert listed(client)["recordings"][0]["name"] == "talk"


def test_a_recording_is_deleted(client: FlaskClient) -> None:
    gone, kept = add(client, "gone"), add(client, "kept")

    assert client.delete(f"/api/recordings/{gone}").status_code == 204

    assert [one["id"] for one in listed(client)["recordings"]] == [kept]


def test_what_is_being_recorded_has_to_be_stopped_first(client: FlaskClient) -> None:
    recording = start(client)
    assert listed(client)["recordings"][0]["state"] == "recording"

    assert code_of(client.delete(f"/api/recordings/{recording['id']}")) == (409, "still_recording")

    stop(client, recording)
    assert client.delete(f"/api/recordings/{recording['id']}").status_code == 204


def test_everything_is_deleted_after_asking_and_recordings_end(client: FlaskClient) -> None:
    add(client)
    start(client)
    assert code_of(client.delete("/api/recordings")) == (400, "confirm_required")
    assert listed(client)["total"] == 2

    answer = client.delete("/api/recordings?confirm=true")

    assert answer.get_json() == {"deleted": 2}
    assert listed(client)["total"] == 0
    assert client.get("/api/recordings?state=recording").get_json()["recordings"] == []


def test_what_another_server_on_the_same_folder_records_is_left_to_it(client: FlaskClient, tmp_path: Path) -> None:
    mine = start(client)
    with keeping(tmp_path / "data") as other:
        theirs = start(other)

        for path in ("/api/recordings?confirm=true", f"/api/recordings/{theirs['id']}"):
            answer = client.delete(path)
            assert code_of(answer) == (409, "still_recording")
            assert "another server" in answer.get_json()["error"]["message"]

        assert mine["id"] in [
            one["id"] for one in client.get("/api/recordings?state=recording").get_json()["recordings"]
        ]  # it was not ended
        stop(other, theirs)
    assert client.delete("/api/recordings?confirm=true").get_json() == {"deleted": 2}


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_websites_can_do_none_of_it(client: FlaskClient, site: str) -> None:
    recording = add(client)
    foreign = {"Sec-Fetch-Site": site}

    answers = [
        client.get("/api/recordings", headers=foreign),
        client.get(f"/api/recordings/{recording}/readings.csv", headers=foreign),
        client.get(f"/api/recordings/{recording}/report.html", headers=foreign),
        client.get("/api/recordings/export.zip", headers=foreign),
        client.patch(f"/api/recordings/{recording}", json={"name": "x"}, headers=foreign),
        client.delete(f"/api/recordings/{recording}", headers=foreign),
        client.delete("/api/recordings?confirm=true", headers=foreign),
    ]

    assert [code_of(answer) for answer in answers] == [(403, "cross_site")] * len(answers)
    assert listed(client)["total"] == 1


def test_nothing_is_told_without_the_token(tmp_path: Path) -> None:
    client = make_app(token="sixteen letters or more", data_dir=tmp_path).test_client()

    assert client.get("/recordings").headers["Location"] == "/login?next=/recordings"
    assert client.get("/recordings/x").status_code == 303
    for path in ("/api/recordings", "/api/recordings/x/report.html", "/api/recordings/export.zip"):
        assert client.get(path).status_code == 401


# files


def test_readings_come_as_a_file(client: FlaskClient) -> None:
    recording = add(client, "Größe 1", seconds=200)

    answer = client.get(f"/api/recordings/{recording}/readings.csv")

    rows = list(csv.reader(answer.text.splitlines()))
    assert len(rows) == 2001
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith(
        'attachment; filename="Gr_e-1-readings.csv"; filename*=UTF-8'
    )


def test_events_of_people_come_as_a_file(client: FlaskClient) -> None:
    recording = add(client, "Größe 1")

    answer = client.get(f"/api/recordings/{recording}/people_events.csv")

    kinds = [row["event"] for row in csv.DictReader(answer.text.splitlines())]
    assert (kinds[0], kinds[-1]) == ("appeared", "left")
    assert set(kinds) == {"appeared", "changed", "blinked", "left"}
    assert answer.mimetype == "text/csv"


def test_german_excel_gets_semicolons_and_decimal_commas(client: FlaskClient) -> None:
    recording = add(client, seconds=2)
    address = f"/api/recordings/{recording}/readings.csv"

    plain = list(csv.reader(client.get(address, query_string={"separator": ","}).text.splitlines()))
    local = list(csv.reader(client.get(f"{address}?separator=;").text.splitlines(), delimiter=";"))

    assert client.get(address).text == client.get(address, query_string={"separator": ","}).text
    assert local == [[cell.replace(".", ",") for cell in row] for row in plain]
    assert f'href="{address}?separator=;"' in client.get(f"/recordings/{recording}").text.replace("%3B", ";")
    with zipfile.ZipFile(BytesIO(client.get("/api/recordings/export.zip?separator=;").data)) as file:
        name = next(name for name in file.namelist() if name.endswith(".csv"))
        assert file.read(name).decode().splitlines()[0] == ";".join(plain[0])


@pytest.mark.parametrize("path", ["/api/recordings/export.zip", "/api/recordings/{}/readings.csv"])
@pytest.mark.parametrize("separator", ["", "|", ";;", "semicolon"])
def test_no_other_separator_is_known(client: FlaskClient, path: str, separator: str) -> None:
    answer = client.get(path.format(add(client)), query_string={"separator": separator})

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (400, "bad_parameter")


def test_the_summary_adds_them_up(client: FlaskClient) -> None:
    recording = add(client)

    answer = client.get(f"/api/recordings/{recording}/summary.json")

    assert answer.get_json()["everybody"]["dominant_emotion_shares"]["happy"] == 1.0
    assert "Content-Disposition" not in answer.headers
    saved = client.get(f"/api/recordings/{recording}/summary.json?download=true")
    assert "talk-summary.json" in saved.headers["Content-Disposition"]
    assert code_of(client.get(f"/api/recordings/{recording}/summary.json?download=2")) == (400, "bad_parameter")


def test_a_summary_grows_with_its_recording_and_follows_its_name(client: FlaskClient) -> None:
    store, recording = store_of(client), add(client)
    path = f"/api/recordings/{recording}/summary.json"
    assert client.get(path).get_json()["recording"]["name"] == "talk"

    store.recordings.rename(recording, "other")
    assert client.get(path).get_json()["recording"]["name"] == "other"

    running = store.recordings.create("runs", "demo", BEGAN, kind="camera")
    for count in (1, 2):
        store.recordings.append(running, [reading_of(float(count), 1, SAD, 0, None, None)], duration_s=float(count))
        assert client.get(f"/api/recordings/{running}/summary.json").get_json()["readings"] == count


def test_a_report_may_run_nothing_and_load_nothing(client: FlaskClient) -> None:
    recording = add(client, EVIL)

    answer = client.get(f"/api/recordings/{recording}/report.html?download=true")

    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert "../" not in answer.headers["Content-Disposition"]


def test_two_are_compared(client: FlaskClient) -> None:
    one, other = add(client, "first"), add(client, "second", SAD)

    told = client.get(f"/api/recordings/compare?a={one}&b={other}").get_json()
    page = client.get(f"/api/recordings/compare.html?a={one}&b={other}").text

    assert [told[side]["recording"]["name"] for side in ("a", "b")] == ["first", "second"]
    assert told["b"]["everybody"]["dominant_emotion_shares"]["sad"] == 1.0
    assert page.index("first") < page.index("second")
    assert code_of(client.get(f"/api/recordings/compare?a={one}")) == (400, "bad_parameter")
    assert code_of(client.get(f"/api/recordings/compare?a={one}&b=nothing")) == (404, "no_recording")


def test_everything_is_exported_piece_by_piece(client: FlaskClient) -> None:
    ids = [add(client, EVIL, seconds=300), add(client, EVIL, SAD, seconds=1), add(client, "Über uns", seconds=1)]

    answer = client.get("/api/recordings/export.zip", buffered=False)
    pieces = list(answer.iter_encoded())

    assert len(pieces) > 4  # as it is read, not at once
    with zipfile.ZipFile(BytesIO(b"".join(pieces))) as file:
        assert file.testzip() is None
        names = file.namelist()
        folders = {name.split("/")[0] for name in names if "/" in name}
        assert len(folders) == 3
        assert all(name.count("/") < 2 and ".." not in name for name in names)
        kept = {"readings.csv", "people_events.csv", "summary.json", "report.html"}
        assert {name.split("/")[1] for name in names if "/" in name} == kept
        assert {one["id"] for one in json.loads(file.read("recordings.json"))} == set(ids)
        longest = max((name for name in names if name.endswith(".csv")), key=lambda name: file.getinfo(name).file_size)
        assert len(file.read(longest).splitlines()) == 3001
        assert any(folder.startswith("2026-03-04_050607_Über-uns_") for folder in folders)


def test_an_empty_export_opens_too(client: FlaskClient) -> None:
    with zipfile.ZipFile(BytesIO(client.get("/api/recordings/export.zip").data)) as file:
        assert file.namelist() == ["recordings.json"]


def test_names_of_files_suit_every_system() -> None:
    assert file_name('a/b\\c:"d"?.txt') == "a-b-c-d-txt"
    assert file_name("...") == "recording"
    assert len(file_name("x" * 500)) == 60
    assert "\n" not in attachment('x"\r\nSet-Cookie: a=b')


# the pages


def test_names_cannot_break_out_of_a_page(client: FlaskClient) -> None:
    recording = add(client, EVIL)
    other = add(client, EVIL)

    for path in (f"/recordings/{recording}", f"/compare?a={recording}&b={other}"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert" in answer.text
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
        assert " style=" not in answer.text


def test_the_page_offers_what_there_is(client: FlaskClient) -> None:
    recording = add(client)
    page = client.get(f"/recordings/{recording}").text

    for file in ("report.html", "readings.csv", "summary.json"):
        assert f'href="/api/recordings/{recording}/{file}' in page
    assert "annotated" not in page
    assert "consent: signed" in page


def test_the_list_says_how_long_they_are_kept(client: FlaskClient, tmp_path: Path) -> None:
    assert "30 days" in client.get("/recordings").text
    forever = make_app(data_dir=tmp_path, retention_days=0).test_client()
    assert "until somebody deletes them" in forever.get("/recordings").text


def test_a_report_says_what_is_usual_for_its_person_in_earlier_recordings_of_the_same_name(
    client: FlaskClient,
) -> None:
    def on_day(day: int, name: str, **facts: Any) -> str:
        return add(client, name, began=BEGAN.replace(day=day), **facts)

    on_day(1, "Interview 1", looks_at_camera=False)
    on_day(2, "Interview with Bob", looks_at_camera=False)
    on_day(3, "Interview 2", people=2, looks_at_camera=False)
    mine = on_day(4, "Interview 3", looks_at_camera=True)
    on_day(5, "Interview 4", looks_at_camera=False)

    for path in (f"/recordings/{mine}", f"/api/recordings/{mine}/report.html"):
        page = client.get(path).get_data(as_text=True).replace("\N{NO-BREAK SPACE}", " ")
        assert "the median of 1 earlier recording named" in page
        assert "usually 0 %" in page
    other = on_day(6, "Talk 1", looks_at_camera=True)
    assert "earlier recording" not in client.get(f"/recordings/{other}").get_data(as_text=True)
