"""Videos over HTTP: what is taken and refused, what a job tells, what becomes of the files."""

from __future__ import annotations

import os
import subprocess
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from fer_web import factory
from fer_web.core import Job, JobState
from fer_web.errors import BusyError
from fer_web.jobs.videos import VideoJobs
from fer_web.settings import Settings
from fer_web.store import Store
from fer_web.worker import make_folders
from tests.readings import reading_of
from tests.web.client import make_app
from tests.web.described import errors_in, schema_of

VIDEO = b"\0\0\0\x18ftypisom" + bytes(1500)
MAX_BYTES = 5000
READING = reading_of(0.0, 1, (0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1), 0, None, None)


class StillQueue:
    """Takes jobs and leaves them alone; or takes none."""

    def __init__(self) -> None:
        self.submitted: list[str] = []
        self.is_away = False

    def start(self) -> None:
        """Nothing to bring up."""

    def submit(self, job_id: str) -> None:
        if self.is_away:
            raise BusyError("the queue does not answer", 60)
        self.submitted.append(job_id)

    def close(self) -> None:
        """Nothing to put back."""


Serve = Callable[..., FlaskClient]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Serve]:
    """Starts a service whose jobs wait for ever: `serve(token="sixteen letters or more")`."""

    def make_videos(settings: Settings, store: Store) -> VideoJobs:
        uploads, annotated = make_folders(settings.data_dir, settings.video_max_bytes)
        return VideoJobs(store, uploads, annotated, StillQueue(), places=3)

    monkeypatch.setattr(factory, "make_videos", make_videos)
    started = []

    def start(**settings: Any) -> FlaskClient:
        app = make_app(**{"data_dir": tmp_path / "data", "video_max_bytes": MAX_BYTES, **settings})
        started.append(app)
        return app.test_client(use_cookies=False)

    yield start
    for app in started:
        app.extensions["fer_web"].close()


@pytest.fixture
def client(serve: Serve) -> FlaskClient:
    return serve()


def uploads(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "data" / "uploads").glob("*"))


def services(client: FlaskClient) -> Any:
    return client.application.extensions["fer_web"]


def send(client: FlaskClient, data: bytes = VIDEO, query: str = "", **options: Any) -> Any:
    return client.post(f"/api/jobs{query}", data=data, **{"content_type": "video/mp4", **options})


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.get_json()["error"]["code"]


def test_a_video_becomes_a_job_that_waits(client: FlaskClient, tmp_path: Path) -> None:
    answer = send(client, query="?name=C:\\talks%2Fmy+talk%00.mp4&annotate=true")

    job = answer.get_json()
    assert answer.status_code == 202
    assert errors_in(job, schema_of("Job")) == []
    assert (job["name"], job["state"], job["progress"]) == ("my talk.mp4", "queued", 0.0)
    assert services(client).store.jobs.get(job["id"]).options == {"annotate": True}
    assert [path.read_bytes() for path in uploads(tmp_path)] == [VIDEO]
    assert "talk" not in uploads(tmp_path)[0].name
    assert client.get(f"/api/jobs/{job['id']}").get_json() == job
    assert client.get("/api/jobs").get_json() == {"jobs": [job]}


def test_a_video_that_nobody_takes_says_so(client: FlaskClient) -> None:
    hour = timedelta(hours=1)
    services(client).videos._began_at -= hour
    services(client).store.jobs.save(Job("film", "video", "film.mp4", datetime.now(timezone.utc) - hour))

    for job in (client.get("/api/jobs/film").get_json(), client.get("/api/jobs").get_json()["jobs"][0]):
        assert (job["state"], job["message"]) == (
            "queued",
            "No worker has taken it: no worker is running: see the log",
        )


def test_a_form_is_as_good(client: FlaskClient, tmp_path: Path) -> None:
    answer = client.post("/api/jobs", data={"video": (BytesIO(VIDEO), "../../etc/talk.mkv")})

    assert (answer.status_code, answer.get_json()["name"]) == (202, "talk.mkv")
    assert [path.read_bytes() for path in uploads(tmp_path)] == [VIDEO]


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        (b'filename="caf\xe9.mkv"', "caf%E9.mkv"),
        ('filename="表"'.encode("shift_jis"), "video"),  # it looks like a folder
        (b"filename*=Shift_JIS''%95%5C.mkv", "表.mkv"),
        (b"", "video"),
    ],
)
def test_a_video_of_any_name_is_taken(client: FlaskClient, tmp_path: Path, disposition: bytes, name: str) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="video"; ' + disposition
    body = head + b"\r\nContent-Type: video/mp4\r\n\r\n" + VIDEO + b"\r\n--x--\r\n"

    answer = client.post("/api/jobs", data=body, content_type="multipart/form-data; boundary=x")

    assert (answer.status_code, answer.get_json()["name"]) == (202, name)
    assert [path.read_bytes() for path in uploads(tmp_path)] == [VIDEO]


@pytest.mark.parametrize("query", ["?anotate=true", "?annotate=maybe"])
def test_parameters_are_checked_before_anything_is_written(client: FlaskClient, tmp_path: Path, query: str) -> None:
    status, code = code_of(send(client, query=query))

    assert (status, code) in ((400, "unknown_parameter"), (400, "bad_parameter"))
    assert uploads(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", (400, "empty")),
        (b"\x89PNG\r\n\x1a\n" + bytes(2000), (415, "not_a_video")),
        (b"short", (415, "not_a_video")),
        (b"#EXTM3U\nhttp://169.254.169.254/\n" + bytes(2000), (415, "not_a_video")),
        (VIDEO + bytes(MAX_BYTES), (413, "video_too_large")),
    ],
)
@pytest.mark.parametrize("way", ["raw", "form", "chunked"])
def test_what_is_refused_leaves_nothing(
    client: FlaskClient, tmp_path: Path, content: bytes, code: tuple[int, str], way: str
) -> None:
    if way == "raw":
        answer = send(client, content)
    elif way == "form":
        answer = client.post("/api/jobs", data={"video": (BytesIO(content), "a.mp4")})
    else:
        endless = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
        answer = client.post("/api/jobs", input_stream=BytesIO(content), environ_overrides=endless)

    assert code_of(answer) == code
    assert uploads(tmp_path) == []
    assert client.get("/api/jobs").get_json() == {"jobs": []}


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"image": (BytesIO(VIDEO), "a.mp4")}, "no_video"),
        ({"video": "text"}, "no_video"),
        ({"video": [(BytesIO(VIDEO), "a.mp4"), (BytesIO(VIDEO), "b.mp4")]}, "bad_form"),
    ],
)
def test_a_form_holds_one_video(client: FlaskClient, tmp_path: Path, form: dict[str, Any], code: str) -> None:
    answer = client.post("/api/jobs", data=form, content_type="multipart/form-data")

    assert code_of(answer) == (400, code)
    assert uploads(tmp_path) == []


def test_other_bodies_are_refused(client: FlaskClient) -> None:
    assert code_of(send(client, b"{}", content_type="application/json")) == (415, "unsupported_media_type")


@pytest.mark.parametrize("way", ["raw", "form"])
def test_an_upload_that_breaks_off_is_no_video(client: FlaskClient, tmp_path: Path, way: str) -> None:
    """gunicorn hands on the end of a connection as the end of the body."""
    body, kind = VIDEO, "video/mp4"
    if way == "form":
        body, kind = (
            b'--x\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n' + VIDEO,
            ("multipart/form-data; boundary=x"),
        )
    broken = {"wsgi.input_terminated": True, "CONTENT_LENGTH": str(len(body) + 100)}

    answer = client.post("/api/jobs", input_stream=BytesIO(body), content_type=kind, environ_overrides=broken)

    assert code_of(answer) == (400, "upload_incomplete" if way == "raw" else "no_video")
    assert uploads(tmp_path) == []


class Long:
    """A video of any length that lies nowhere."""

    def __init__(self, head: bytes, size: int, tail: bytes) -> None:
        self._parts = [head, *[bytes(100_000)] * (size // 100_000), tail]

    def read(self, size: int = -1) -> bytes:
        part = self._parts.pop(0) if self._parts else b""
        if len(part) > size:
            self._parts.insert(0, part[size:])
        return part[:size]


@pytest.mark.parametrize("way", ["raw", "form"])
def test_a_large_video_is_never_in_the_memory(serve: Serve, tmp_path: Path, way: str) -> None:
    client, size = serve(video_max_bytes=10**9), 30_000_000
    head = b'--x\r\nContent-Disposition: form-data; name="video"; filename="a.mp4"\r\n\r\n' if way == "form" else b""
    tail = b"\r\n--x--\r\n" if way == "form" else b""
    body = Long(head + VIDEO, size, tail)
    sent = {
        "wsgi.input": body,
        "CONTENT_LENGTH": str(len(head) + len(VIDEO) + size + len(tail)),
        "CONTENT_TYPE": "multipart/form-data; boundary=x" if way == "form" else "video/mp4",
    }
    send(client)  # what is made once is none of the other one's

    tracemalloc.start()
    answer = client.post("/api/jobs", environ_overrides=sent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert answer.status_code == 202
    assert sorted(path.stat().st_size for path in uploads(tmp_path)) == [len(VIDEO), len(VIDEO) + size]
    assert peak < 5_000_000


def test_only_so_many_videos_wait(client: FlaskClient, tmp_path: Path) -> None:
    for _ in range(3):
        assert send(client).status_code == 202

    answer = send(client)

    assert code_of(answer) == (503, "busy")
    assert answer.headers["Retry-After"] == "60"
    assert len(uploads(tmp_path)) == 3


def test_a_queue_that_does_not_answer_takes_nothing(client: FlaskClient, tmp_path: Path) -> None:
    services(client).videos._queue.is_away = True

    assert code_of(send(client)) == (503, "busy")
    assert uploads(tmp_path) == []
    assert client.get("/api/jobs").get_json() == {"jobs": []}


def test_a_disk_without_enough_space_is_told_before_the_upload(client: FlaskClient, tmp_path: Path) -> None:
    services(client).videos.uploads._reserve_bytes = 10**18

    assert code_of(send(client)) == (507, "storage_full")
    assert uploads(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can mount a small disk")
def test_a_disk_that_becomes_full_loses_nothing(client: FlaskClient, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "uploads"
    folder.mkdir(parents=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", folder], check=False)
    if mounted.returncode:
        pytest.skip("no disk can be mounted here")
    services(client).videos.uploads.max_bytes = 10**6
    services(client).videos.uploads._reserve_bytes = 0
    try:
        assert send(client).status_code == 202
        endless = {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}  # nobody knows how much will come
        answer = client.post("/api/jobs", input_stream=BytesIO(VIDEO + bytes(20_000)), environ_overrides=endless)
        assert code_of(answer) == (507, "storage_full")
        assert [path.read_bytes() for path in uploads(tmp_path)] == [VIDEO]
    finally:
        subprocess.run(["umount", folder], check=True)


def test_a_waiting_video_is_canceled_and_then_forgotten(client: FlaskClient, tmp_path: Path) -> None:
    path = f"/api/jobs/{send(client).get_json()['id']}"

    canceled = client.delete(path)

    assert (canceled.status_code, canceled.get_json()["state"]) == (200, "canceled")
    assert uploads(tmp_path) == []
    assert client.delete(path).status_code == 204
    assert code_of(client.get(path)) == (404, "no_job")
    assert code_of(client.delete(path)) == (404, "no_job")


def finished(client: FlaskClient, *, annotated: bool = False) -> dict[str, Any]:
    """A job as a worker leaves it."""
    mine = services(client)
    job = mine.store.jobs.get(send(client).get_json()["id"])
    mine.store.jobs.claim("worker", job_id=job.id)
    recording = mine.store.recordings.create(job.name, job.name, job.created_at, kind="video", job_id=job.id)
    mine.store.recordings.append(recording, [READING], duration_s=1.0)
    mine.store.recordings.finish(recording, duration_s=1.0)
    if annotated:
        mine.videos.annotated.path(recording).write_bytes(bytes(range(256)))
    mine.store.jobs.update(job.id, "worker", recording_id=recording)
    mine.store.jobs.end(job.id, "worker", JobState.DONE)
    answer: dict[str, Any] = client.get(f"/api/jobs/{job.id}").get_json()
    return answer


def test_a_job_that_is_done_leads_to_its_recording_while_there_is_one(client: FlaskClient) -> None:
    job = finished(client)

    assert errors_in(job, schema_of("Job")) == []
    assert (job["state"], job["progress"], job["annotated"]) == ("done", 1.0, None)
    assert services(client).store.recordings.get(job["recording_id"]).readings == 1
    services(client).store.recordings.delete(job["recording_id"])
    assert client.get(f"/api/jobs/{job['id']}").get_json()["recording_id"] is None


def test_the_annotated_video_is_answered_in_parts_and_goes_with_its_recording(client: FlaskClient) -> None:
    path = finished(client, annotated=True)["annotated"]

    whole = client.get(path, buffered=True)
    part = client.get(path, headers={"Range": "bytes=10-19"}, buffered=True)

    assert (whole.status_code, whole.mimetype, whole.data) == (200, "video/mp4", bytes(range(256)))
    assert whole.headers["Content-Disposition"].startswith("attachment")
    assert (part.status_code, part.data) == (206, bytes(range(10, 20)))
    recording = path.split("/")[3]
    services(client).store.recordings.delete(recording)
    assert code_of(client.get(path)) == (404, "no_recording")
    assert services(client).videos.annotated.find(recording) is None


def test_a_recording_without_a_copy_says_so(client: FlaskClient) -> None:
    recording = finished(client)["recording_id"]

    assert code_of(client.get(f"/api/recordings/{recording}/annotated.mp4")) == (404, "no_copy")
    assert code_of(client.get("/api/recordings/..%2F..%2Fsecret/annotated.mp4"))[0] == 404


def test_nothing_is_taken_or_told_without_the_token(serve: Serve, tmp_path: Path) -> None:
    client = serve(token="sixteen letters or more")
    wrong = {"Authorization": "Bearer wrong"}

    assert code_of(send(client)) == (401, "token_required")
    assert code_of(send(client, headers=wrong)) == (401, "wrong_token")
    assert code_of(client.get("/api/jobs", headers=wrong)) == (401, "wrong_token")
    assert code_of(client.delete("/api/jobs/x")) == (401, "token_required")
    assert client.get("/videos").headers["Location"].startswith("/login")
    assert uploads(tmp_path) == []
    assert send(client, headers={"Authorization": "Bearer sixteen letters or more"}).status_code == 202


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://evil.example"}])
def test_pages_of_others_cannot_upload_or_cancel(client: FlaskClient, headers: dict[str, str]) -> None:
    assert code_of(send(client, headers=headers)) == (403, "cross_site")
    assert code_of(client.delete("/api/jobs/x", headers=headers)) == (403, "cross_site")


def test_the_page_says_what_is_taken_and_for_how_long_it_is_kept(serve: Serve) -> None:
    page = serve(video_max_bytes=1_500_000_000, retention_days=9).get("/videos").text

    assert "1.5 GB" in page
    assert "9 days" in page
    assert "It holds pictures" in page


def test_nothing_is_made_before_the_first_video(client: FlaskClient, tmp_path: Path) -> None:
    assert client.get("/api/jobs").get_json() == {"jobs": []}
    assert client.get("/videos").status_code == 200
    services(client).videos.start()
    assert not (tmp_path / "data").exists()
