"""A service whose data folder cannot be written: all can be read, and what cannot be kept is refused in words."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_web.core import Job, JobState
from fer_web.store import Store
from fer_web.store.address import sqlite_address
from tests.disks import read_only, somebody_else
from tests.store.samples import begin, readings
from tests.web.api.test_visits import enter
from tests.web.keeping import keeping

VIDEO = b"\0\0\0\x18ftypisom" + bytes(1500)
AGREED = {"consent": True}


def fill(folder: Path) -> str:
    """A recording, and a video that waits."""
    with Store.open(sqlite_address(folder)) as store:
        recording = begin(store)
        store.recordings.append(recording, readings(3), duration_s=1.0)
        store.recordings.finish(recording, duration_s=1.0)
        store.jobs.save(Job("waiting", "video", "film.mp4", datetime.now(timezone.utc), path="uploads/film"))
        over = datetime.now(timezone.utc)
        store.jobs.save(Job("over", "video", "film.mp4", over, state=JobState.DONE, finished_at=over))
    return recording


def send(client: FlaskClient) -> Any:
    return client.post("/api/jobs", data=VIDEO, content_type="video/mp4")


def assert_refused(answer: Any, reason: str = "Read-only file system") -> None:
    assert answer.status_code == 507, answer.text
    assert answer.get_json()["error"]["code"] == "storage_read_only"
    assert f"cannot be written ({reason})" in answer.get_json()["error"]["message"]


def test_all_that_was_kept_on_a_read_only_disk_can_be_read(tmp_path: Path) -> None:
    recording = fill(tmp_path / "data")

    with read_only(tmp_path / "data"), keeping(tmp_path / "data") as client:
        for path in (
            "/recordings",
            f"/recordings/{recording}",
            "/studies",
            "/videos",
            "/api/recordings",
            f"/api/recordings/{recording}",
            f"/api/recordings/{recording}/readings.csv",
            f"/api/recordings/{recording}/summary.json",
            f"/api/recordings/{recording}/report.html",
            f"/api/recordings/compare?a={recording}&b={recording}",
            "/api/recordings/export.zip",
            "/api/jobs",
            "/api/jobs/waiting",
            "/api/recordings?state=recording",
        ):
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert answer.data, path


def test_nothing_can_be_changed_there_and_the_answer_says_why(tmp_path: Path) -> None:
    recording = fill(tmp_path / "data")

    with read_only(tmp_path / "data"), keeping(tmp_path / "data") as client:
        for method, path, options in (
            ("POST", "/api/jobs", {"data": VIDEO, "content_type": "video/mp4"}),
            ("DELETE", "/api/jobs/waiting", {}),
            ("DELETE", "/api/jobs/over", {}),
            ("POST", "/api/recordings", {"json": AGREED}),
            ("POST", "/api/recordings", {"json": AGREED, "headers": enter(client)}),
            ("PATCH", f"/api/recordings/{recording}", {"json": {"name": "another"}}),
            ("DELETE", f"/api/recordings/{recording}", {}),
            ("DELETE", "/api/recordings?confirm=true", {}),
        ):
            assert_refused(client.open(path, method=method, **options))
        assert client.get("/api/recordings").get_json()["total"] == 1


@pytest.mark.parametrize("name", ["", "missing", "missing/deeply"])
def test_an_empty_read_only_disk_takes_no_video_and_no_recording(name: str, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()

    with read_only(disk), keeping(disk / name) as client:
        assert_refused(send(client))
        assert_refused(client.post("/api/recordings", json=AGREED))
        for path in ("/recordings", "/videos", "/api/recordings", "/api/jobs"):
            assert client.get(path).status_code == 200, path


def test_a_folder_of_somebody_else_takes_none_either(tmp_path: Path) -> None:
    with keeping(Path("/fer-web-data")) as client, somebody_else():
        assert_refused(send(client), "Permission denied")
        assert client.get("/api/jobs").get_json() == {"jobs": []}


def test_a_folder_for_videos_that_cannot_be_written_takes_none_though_the_database_can(tmp_path: Path) -> None:
    fill(tmp_path / "data")
    (tmp_path / "data" / "uploads").mkdir()

    with read_only(tmp_path / "data" / "uploads"), keeping(tmp_path / "data") as client:
        assert_refused(send(client))
        assert client.delete("/api/jobs/waiting").get_json()["state"] == "canceled"


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    with keeping(tmp_path / "data") as client:
        answer = send(client)
        assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "storage_unavailable")
        assert "FER_DATA_DIR" in answer.get_json()["error"]["message"]
        assert client.get("/api/jobs").get_json() == {"jobs": []}


def test_a_service_goes_on_as_soon_as_its_disk_can_be_written_again(tmp_path: Path) -> None:
    fill(tmp_path / "data")

    with keeping(tmp_path / "data") as client:
        with read_only(tmp_path / "data"):
            assert_refused(send(client))
        client.application.extensions["fer_web"].videos.uploads._reserve_bytes = 0
        assert send(client).status_code == 202
