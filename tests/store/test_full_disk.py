"""A real file system without space; mounting one needs root."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_web.core import Job, JobState
from fer_web.errors import StoreFull
from fer_web.store import RecordingState, Store
from fer_web.store.address import sqlite_address
from fer_web.store.repository import now
from fer_web.store.reserve import SIZE_BYTES
from tests.store.samples import begin, readings


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 24 megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        mounted = False
    if not mounted:
        pytest.skip("a file system can be mounted by root only")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Take all the space that is left."""
    path = folder / "ballast"
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return path
    raise AssertionError("the disk is not full")


def test_a_full_disk_is_told_and_loses_nothing_and_space_makes_it_go_on(small_disk: Path) -> None:
    with Store.open(sqlite_address(small_disk)) as store:
        recording, kept = begin(store), 0
        ballast = fill(small_disk)
        with pytest.raises(StoreFull, match=r"is full.*what was stored before is safe"):  # noqa: PT012
            while True:
                store.recordings.append(recording, readings(100, kept), duration_s=kept)
                kept += 1

        assert store.recordings.get(recording).readings == kept * 100
        assert len(list(store.recordings.readings(recording))) == kept * 100
        ballast.unlink()
        store.recordings.append(recording, readings(100, kept), duration_s=kept + 1)
        store.recordings.finish(recording, duration_s=kept + 1)
        assert store.recordings.get(recording).state is RecordingState.FINISHED

    with Store.open(sqlite_address(small_disk)) as store:
        assert len(list(store.recordings.readings(recording))) == (kept + 1) * 100


def test_on_a_full_disk_recordings_can_be_finished_and_deleted_which_makes_space(small_disk: Path) -> None:
    with Store.open(sqlite_address(small_disk)) as store:
        long, finished, other = (begin(store) for _ in range(3))
        store.recordings.append(long, readings(12_000), duration_s=1200.0)
        fill(small_disk)
        with pytest.raises(StoreFull):  # noqa: PT012
            while True:
                store.recordings.append(finished, readings(100), duration_s=1.0)

        store.recordings.finish(finished, duration_s=2.0)
        store.recordings.delete(long)
        store.recordings.append(other, readings(1000), duration_s=1.0)

        assert store.recordings.get(finished).state is RecordingState.FINISHED
        assert [stored.id for stored in store.recordings.list(limit=5)] == [other, finished]


def test_on_a_full_disk_videos_can_be_canceled_and_taken_off_the_list(small_disk: Path) -> None:
    with Store.open(sqlite_address(small_disk)) as store:
        for name in ("waiting", "running", "stopped"):
            store.jobs.save(Job(name, "video", "film.mp4", now(), path=f"uploads/{name}"))
        for name in ("running", "stopped"):
            assert store.jobs.claim("worker", job_id=name) is not None
        recording = begin(store)
        fill(small_disk)
        with pytest.raises(StoreFull):  # noqa: PT012
            while True:
                store.recordings.append(recording, readings(100), duration_s=1.0)

        store.jobs.cancel("waiting")
        store.jobs.drop_path("waiting")
        assert store.jobs.end("running", "worker", JobState.FAILED, error="the disk is full")
        assert store.jobs.release("stopped", "worker")
        store.jobs.delete("waiting")

        found = [(job.id, job.state) for job in store.jobs.list(limit=5)]
        assert found == [("stopped", JobState.QUEUED), ("running", JobState.FAILED)]


def test_space_is_put_aside_again_as_soon_as_there_is_some(small_disk: Path) -> None:
    with Store.open(sqlite_address(small_disk)) as store:
        recording = begin(store)
        (reserve,) = small_disk.glob("*-reserve")
        size = reserve.stat().st_blocks * 512
        ballast = fill(small_disk)
        with pytest.raises(StoreFull):  # noqa: PT012
            while True:
                store.recordings.append(recording, readings(100), duration_s=1.0)
        store.recordings.delete(recording)
        assert reserve.stat().st_size < size
        ballast.unlink()

    Store.open(sqlite_address(small_disk)).close()

    assert reserve.stat().st_size == size == SIZE_BYTES


def test_no_database_can_be_made_on_a_full_disk_until_there_is_space(small_disk: Path) -> None:
    ballast = fill(small_disk)
    address = sqlite_address(small_disk / "data")
    with pytest.raises(StoreFull, match="is full"):
        Store.open(address)
    os.truncate(ballast, 0)

    Store.open(address).close()
