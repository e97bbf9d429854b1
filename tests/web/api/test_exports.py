"""Recordings for other programs, and markers from a file, over HTTP."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

import fer_web.reports.exports.export as export_module
from fer_web.reports.exports import EXPORTS
from tests.web.api.test_recordings import EVIL, add
from tests.web.api.test_running import code_of, start
from tests.web.described import errors_in, schema_of
from tests.web.keeping import keeping, store_of

FILES = [file.name for export in EXPORTS.values() for file in export.files]


@pytest.fixture
def client(tmp_path: Path) -> Iterator[FlaskClient]:
    with keeping(tmp_path / "data") as client:
        yield client


def send(client: FlaskClient, recording: str, text: str | bytes, query: str = "") -> TestResponse:
    return client.post(f"/api/recordings/{recording}/markers/import{query}", data=text, content_type="text/csv")


def markers(client: FlaskClient, recording: str) -> list[Any]:
    return [(one.time_s, one.text) for one in store_of(client).recordings.get(recording).recording.markers]


@pytest.mark.parametrize("file", FILES)
def test_each_file_is_saved_under_the_recordings_name(client: FlaskClient, file: str) -> None:
    recording = add(client, "My talk")
    answer = client.get(f"/api/recordings/{recording}/exports/{file}")

    assert answer.status_code == 200
    assert f'filename="My-talk-{file}"' in answer.headers["Content-Disposition"]
    assert len(answer.data) > 100
    assert answer.data[:4] == {"annotations.eaf": b"<?xm", "readings.parquet": b"PAR1"}.get(file, answer.data[:4])


def test_what_is_not_there_is_told(client: FlaskClient) -> None:
    recording = add(client)

    assert code_of(client.get("/api/recordings/nothing/exports/events.tsv")) == (404, "no_recording")
    answer = client.get(f"/api/recordings/{recording}/exports/talk.docx")
    assert code_of(answer) == (404, "no_export")
    assert all(name in answer.get_json()["error"]["message"] for name in FILES)
    assert code_of(send(client, "nothing", "time_s,label\n1,a")) == (404, "no_recording")


def test_the_page_offers_every_file(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = add(client)
    page = client.get(f"/recordings/{recording}").text

    assert all(f"/exports/{name}" in page for name in FILES)
    monkeypatch.setattr(export_module, "find_spec", lambda _: None)
    without = client.get(f"/recordings/{recording}").text
    assert "/exports/readings.parquet" not in without
    assert "pip install" in without
    refused = client.get(f"/api/recordings/{recording}/exports/readings.parquet")
    assert code_of(refused) == (501, "not_installed")
    assert code_of(client.get("/api/recordings/export.zip?include=parquet")) == (400, "bad_parameter")


def test_the_archive_has_the_exports_that_are_asked_for(client: FlaskClient) -> None:
    add(client)
    plain = zipfile.ZipFile(BytesIO(client.get("/api/recordings/export.zip").data))
    with zipfile.ZipFile(BytesIO(client.get("/api/recordings/export.zip?include=elan,events").data)) as file:
        added = {Path(name).name for name in file.namelist()} - {Path(name).name for name in plain.namelist()}
        assert file.testzip() is None

    assert added == {"annotations.eaf", "events.tsv", "events.json"}
    assert code_of(client.get("/api/recordings/export.zip?include=word")) == (400, "bad_parameter")


# markers


def test_a_preview_adds_nothing_and_then_they_are_added(client: FlaskClient) -> None:
    recording, text = add(client), "utc,label\n2026-03-04T05:06:12Z,Task 1\n2026-03-04T05:06:09.5Z,Ready\n"
    seen = send(client, recording, text, "?preview=true").get_json()

    assert errors_in(seen, schema_of("ImportedMarkers")) == []
    assert [(one["time_s"], one["text"]) for one in seen["markers"]] == [(2.5, "Ready"), (5.0, "Task 1")]
    assert (seen["added"], seen["already_there"]) == (0, 0)
    assert "2026-03-04 05:06:07.000 UTC" in seen["clocks"]
    assert markers(client, recording) == [(10.0, EVIL)]

    assert send(client, recording, text).get_json()["added"] == 2
    assert markers(client, recording) == [(2.5, "Ready"), (5.0, "Task 1"), (10.0, EVIL)]
    sections = client.get(f"/api/recordings/{recording}/summary.json").get_json()["sections"]
    assert [section["text"] for section in sections][1:] == ["Ready", "Task 1", EVIL]


def test_the_same_file_again_adds_nothing(client: FlaskClient) -> None:
    recording, text = add(client), "time_s,label\n1.0004,a\n1.0004,a\n2,b\n"

    assert (first := send(client, recording, text).get_json())["added"] == 2
    assert first["already_there"] == 1
    again = send(client, recording, text).get_json()
    assert (again["added"], again["already_there"], again["markers"]) == (0, 3, [])
    assert len(markers(client, recording)) == 3


def test_one_wrong_line_adds_nothing(client: FlaskClient) -> None:
    recording = add(client)
    answer = send(client, recording, "time_s,label\n1,a\n99,b\n")

    assert code_of(answer) == (422, "bad_markers")
    assert "line 3: 79.0 s after the recording ended" in answer.get_json()["error"]["message"]
    assert markers(client, recording) == [(10.0, EVIL)]
    assert send(client, recording, "time_s,label\n1,a\n99,b\n", "?offset_s=-80").status_code == 422
    assert send(client, recording, "time_s,label\n95,a\n99,b\n", "?offset_s=-85").get_json()["added"] == 2


@pytest.mark.parametrize("offset", ["x", "inf", "nan", "1e9", ""])
def test_offsets_are_checked(client: FlaskClient, offset: str) -> None:
    assert code_of(send(client, add(client), "time_s,label\n1,a", f"?offset_s={offset}")) == (400, "bad_parameter")


def test_limits(client: FlaskClient) -> None:
    recording = add(client)
    full = "time_s,label\n" + "".join(f"{n / 100},m{n}\n" for n in range(1000))

    assert code_of(send(client, recording, full)) == (409, "too_many_markers")
    assert markers(client, recording) == [(10.0, EVIL)]
    assert code_of(send(client, recording, full + "1,x\n")) == (422, "bad_markers")
    assert send(client, recording, b"x" * 1_000_001).status_code == 413
    assert code_of(send(client, recording, "time_s,label\n1,caf\u00e9".encode("latin-1"))) == (422, "bad_markers")


def test_a_recording_that_runs_takes_none(client: FlaskClient) -> None:
    running = start(client)["id"]

    assert code_of(send(client, running, "time_s,label\n0,a")) == (409, "still_recording")
    assert "import-form" not in client.get(f"/recordings/{running}").text


def test_a_practice_takes_none(client: FlaskClient) -> None:
    from datetime import datetime, timezone

    store = store_of(client)
    practice = store.recordings.create("p", "camera", datetime.now(timezone.utc), kind="practice")
    store.recordings.finish(practice, duration_s=5.0)

    assert code_of(send(client, practice, "time_s,label\n0,a")) == (422, "bad_markers")
    assert "import-form" not in client.get(f"/recordings/{practice}").text
