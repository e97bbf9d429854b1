"""Files of uploads and annotated copies: kept while they are needed, gone when nothing needs them."""

from __future__ import annotations

import os
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from fer_web.core import Job, JobState
from fer_web.errors import RequestError
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.supervised_queue import SupervisedQueue
from fer_web.jobs.tidying import LISTED, tidy
from fer_web.jobs.uploads import ORPHAN_S, UploadFolder
from fer_web.jobs.videos import VideoJobs, readable
from fer_web.store import Store
from tests.jobs.fakes import film

LONG_AGO_S = 1_000_000_000


def age(path: Path) -> None:
    """A file that nobody has written to for long."""
    path.touch()
    os.utime(path, (LONG_AGO_S, LONG_AGO_S))


def test_what_is_not_kept_deletes_itself(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path / "uploads", 1000, reserve_bytes=0)
    with folder.receive() as lost:
        lost.write(film())
    with folder.receive() as kept:
        kept.write(film())
        kept.check()
        kept.keep()

    assert [path.name for path in folder.folder.iterdir()] == [kept.name]
    assert os.name == "nt" or folder.folder.stat().st_mode & 0o077 == 0  # nobody else may look


def test_what_is_no_video_is_refused_with_its_first_bytes(tmp_path: Path) -> None:
    with UploadFolder(tmp_path, 10_000, reserve_bytes=0).receive() as incoming:
        incoming.write(b"%PDF-1.7" + bytes(100))  # too little to judge
        with pytest.raises(RequestError, match="not a video"):
            incoming.write(bytes(5000))


def test_orphans_go_and_what_somebody_works_on_or_sends_stays(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path, 1000, reserve_bytes=0)
    for name in ("waiting", "orphan", "orphan.position"):  # an older version noted positions beside its videos
        age(tmp_path / name)
    (tmp_path / "arriving").touch()

    assert folder.sweep(["uploads/waiting"]) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["arriving", "waiting"]
    assert ORPHAN_S < 3600


def test_names_cannot_lead_out_of_the_folders(tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp4"
    secret.touch()
    uploads, annotated = UploadFolder(tmp_path / "uploads", 1), AnnotatedFolder(tmp_path / "annotated")

    uploads.discard("../secret.mp4")
    annotated.discard("../secret")

    assert annotated.find("../secret") is None
    assert secret.exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("talk.mp4", "talk.mp4"),
        ("/home/me/talk.mp4", "talk.mp4"),
        ("C:\\videos\\talk.mp4", "talk.mp4"),
        ("a\u202egpj.\x00mp4\n", "agpj.mp4"),
        ("", "video"),
        ("x" * 999, "x" * 200),
    ],
)
def test_a_name_is_a_text_for_people(name: str, shown: str) -> None:
    assert readable(name) == shown


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_folders_that_hold_faces_are_for_this_user_alone(tmp_path: Path) -> None:
    uploads, annotated = (
        UploadFolder(tmp_path / "one" / "uploads", 9, 0),
        AnnotatedFolder(tmp_path / "two" / "annotated"),
    )
    uploads.receive().close()
    annotated.path("recording")

    for folder in (uploads.folder, uploads.folder.parent, annotated.folder, annotated.folder.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_a_copy_goes_with_all_that_was_written_for_it_and_no_other_goes(tmp_path: Path) -> None:
    annotated = AnnotatedFolder(tmp_path / "annotated")
    for name in ("one", "two"):
        for leftover in ("", ".ts", ".part"):
            copy = annotated.path(name)
            copy.with_name(f"{copy.name}{leftover}").touch()

    annotated.discard("*")
    assert len(list(annotated.folder.iterdir())) == 6
    annotated.discard("one")
    assert sorted(path.name for path in annotated.folder.iterdir()) == ["two.mp4", "two.mp4.part", "two.mp4.ts"]
    assert annotated.sweep(lambda name: name != "two") == 1
    assert list(annotated.folder.iterdir()) == []


def test_tidying_takes_old_entries_and_copies_without_a_recording(tmp_path: Path) -> None:
    now = datetime.now(timezone.utc)
    uploads, annotated = UploadFolder(tmp_path / "uploads", 1), AnnotatedFolder(tmp_path / "annotated")
    with Store.open(f"sqlite:///{tmp_path / 'test.sqlite'}") as store:
        recording = store.recordings.create("talk", "talk", now, kind="video")
        for name in (recording, "gone"):
            annotated.path(name).touch()
        annotated.path("gone").with_name("gone.mp4.ts").touch()
        for number, over in enumerate((now - LISTED - timedelta(hours=1), now, None)):
            state = JobState.QUEUED if over is None else JobState.DONE
            store.jobs.save(Job(str(number), "video", "talk", now, state=state, finished_at=over))

        tidy(store, uploads, annotated)

        assert sorted(job.id for job in store.jobs.list(limit=9)) == ["1", "2"]
    assert [path.name for path in annotated.folder.iterdir()] == [f"{recording}.mp4"]


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELED])
def test_the_video_of_a_job_that_is_over_goes_at_once_whoever_ended_it(state: JobState, tmp_path: Path) -> None:
    now = datetime.now(timezone.utc)
    uploads, annotated = UploadFolder(tmp_path / "uploads", 1), AnnotatedFolder(tmp_path / "annotated")
    with Store.open(f"sqlite:///{tmp_path / 'test.sqlite'}") as store:
        recording = store.recordings.create("talk", "talk", now, kind="video")
        copy = annotated.path(recording)
        for path in (copy, copy.with_name(f"{copy.name}.ts")):
            path.touch()
        uploads.folder.mkdir()
        for name in ("over", "waiting"):
            (uploads.folder / name).touch()
        store.jobs.save(
            Job("1", "video", "talk", now, state=state, path="uploads/over", recording_id=recording, finished_at=now)
        )
        store.jobs.save(Job("2", "video", "talk", now, path="uploads/waiting"))

        tidy(store, uploads, annotated)

        assert sorted(path.name for path in uploads.folder.iterdir()) == ["waiting"]
        assert list(annotated.folder.iterdir()) == ([] if state is JobState.CANCELED else [copy])
        assert (store.jobs.get("1").path, store.jobs.get("2").path) == (None, "uploads/waiting")


def test_what_was_read_of_a_canceled_video_goes_with_it_though_whoever_canceled_it_was_killed(tmp_path: Path) -> None:
    now = datetime.now(timezone.utc)
    uploads, annotated = UploadFolder(tmp_path / "uploads", 1), AnnotatedFolder(tmp_path / "annotated")
    with Store.open(f"sqlite:///{tmp_path / 'test.sqlite'}") as store:
        recording = store.recordings.create("talk", "talk", now, kind="video")
        store.jobs.save(Job("1", "video", "talk", now, path="uploads/talk", recording_id=recording))
        store.jobs.cancel("1")  # and then it was killed

        tidy(store, uploads, annotated)

        assert store.recordings.count() == 0


def test_an_upload_that_comes_slowly_is_seen_to_be_written_to(tmp_path: Path) -> None:
    with UploadFolder(tmp_path, 1000, reserve_bytes=0).receive() as incoming:
        incoming.write(film()[:7])

        assert incoming.path.stat().st_size == 7


def test_what_a_service_that_was_killed_was_receiving_is_found_again_also_where_nothing_was_kept(
    tmp_path: Path,
) -> None:
    uploads, annotated = UploadFolder(tmp_path / "uploads", 1000, reserve_bytes=0), AnnotatedFolder(tmp_path / "copies")
    with Store.lazy(f"sqlite:///{tmp_path / 'test.sqlite'}") as store:
        with VideoJobs(store, uploads, annotated, SupervisedQueue(store, print)).receiving(7) as incoming:
            incoming.write(film()[:7])
            incoming.keep()  # as if it was killed now
        age(incoming.path)

        tidy(store, uploads, annotated)

        assert list(uploads.folder.iterdir()) == []
