"""What was stored can be read also where nothing can be written."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from fer_web.errors import StoreError, StoreFull, StoreReadOnly
from fer_web.store import RecordingState, Store
from fer_web.store.address import FILE, parse_address, sqlite_address
from fer_web.store.troubles import told
from tests.disks import read_only, small, somebody_else
from tests.store.samples import begin, readings


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that others may look into, unlike those of pytest."""
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name) / "data"


def fill(folder: Path, batches: int = 3) -> str:
    """A finished recording, written by a service that ended as it should."""
    folder.mkdir(mode=0o755)
    with Store.open(sqlite_address(folder)) as store:
        recording = begin(store)
        for second in range(batches):
            store.recordings.append(recording, readings(10, second), duration_s=second + 1.0)
        store.recordings.finish(recording, duration_s=batches)
    return recording


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def assert_reads_and_refuses(folder: Path, recording: str) -> None:
    before = names(folder)
    with Store.lazy(sqlite_address(folder)) as store:
        for _ in range(2):
            assert [stored.id for stored in store.recordings.list(limit=5)] == [recording]
            assert len(list(store.recordings.readings(recording))) == 30
            assert (store.recordings.count(), store.jobs.list(limit=5)) == (1, [])
            for write in (
                lambda: begin(store),
                lambda: store.recordings.delete(recording),
                store.recordings.delete_all,
            ):
                with pytest.raises(StoreReadOnly, match="cannot be written"):
                    write()
    assert names(folder) == before


def test_recordings_on_a_read_only_disk_can_be_read(folder: Path) -> None:
    recording = fill(folder)

    with read_only(folder):
        assert_reads_and_refuses(folder, recording)


def test_recordings_in_the_folder_of_somebody_else_can_be_read(folder: Path) -> None:
    recording = fill(folder)
    (folder / FILE).chmod(0o644)

    with somebody_else():
        assert_reads_and_refuses(folder, recording)


def test_recordings_in_a_folder_that_takes_no_new_files_can_be_read(folder: Path) -> None:
    recording = fill(folder)
    (folder / FILE).chmod(0o666)

    with somebody_else():
        assert_reads_and_refuses(folder, recording)


def test_what_another_writes_is_read_as_it_comes(folder: Path, tmp_path: Path) -> None:
    fill(folder)
    with Store.open(sqlite_address(folder)) as writer, read_only(folder, tmp_path / "seen") as seen:
        recording = begin(writer)
        with Store.lazy(sqlite_address(seen)) as store:
            for second in range(5):
                writer.recordings.append(recording, readings(10, second), duration_s=second + 1.0)
                assert len(list(store.recordings.readings(recording))) == 10 * (second + 1)
                assert store.recordings.get(recording).state is RecordingState.RECORDING
            writer.close()
            assert len(list(store.recordings.readings(recording))) == 50
            assert store.recordings.get(recording).state is RecordingState.INTERRUPTED


def crash(folder: Path, onto: Path) -> str:
    """What a service leaves behind that was killed while it recorded: the end is in the journal."""
    with Store.open(sqlite_address(folder)) as store:
        recording = begin(store)
        store.recordings.append(recording, readings(30), duration_s=3.0)
        shutil.copytree(folder, onto)
    assert (onto / f"{FILE}-wal").stat().st_size
    return recording


def test_what_a_killed_service_wrote_last_is_read_too_and_told_to_be_interrupted(folder: Path, tmp_path: Path) -> None:
    recording = crash(folder, tmp_path / "left")

    with read_only(tmp_path / "left") as left, Store.lazy(sqlite_address(left)) as store:
        assert len(list(store.recordings.readings(recording))) == 30
        assert store.recordings.get(recording).state is RecordingState.INTERRUPTED


def test_nothing_is_left_out_silently(folder: Path, tmp_path: Path) -> None:
    crash(folder, tmp_path / "left")
    (tmp_path / "left" / f"{FILE}-shm").unlink()

    with (
        read_only(tmp_path / "left") as left,
        Store.lazy(sqlite_address(left)) as store,
        pytest.raises(StoreError, match=r"the latest changes are still in fer_web\.sqlite-wal\. Copy the folder"),
    ):
        store.recordings.count()


def test_everything_goes_on_as_soon_as_something_can_be_written(folder: Path) -> None:
    recording = fill(folder)
    with Store.lazy(sqlite_address(folder)) as store:
        with read_only(folder):
            assert store.recordings.count() == 1

        store.recordings.delete(recording)
        assert store.recordings.count() == 0


def test_where_nothing_was_kept_there_is_nothing_and_nothing_begins(folder: Path) -> None:
    folder.mkdir()
    for path in (folder, folder / "missing"):
        with read_only(folder), Store.lazy(sqlite_address(path)) as store:
            assert (store.recordings.count(), store.recordings.list(limit=5), store.jobs.list(limit=5)) == (0, [], [])
            with pytest.raises(StoreReadOnly, match=r"cannot be written \(Read-only file system\).*FER_DATA_DIR"):
                begin(store)


def test_what_may_not_even_be_read_is_told(folder: Path) -> None:
    fill(folder)
    folder.chmod(0o700)

    with (
        somebody_else(),
        Store.lazy(sqlite_address(folder)) as store,
        pytest.raises(StoreError, match="cannot be") as no,
    ):
        store.recordings.count()

    assert not isinstance(no.value, StoreReadOnly)
    folder.chmod(0o755)


def test_tables_of_an_older_version_are_told_where_they_cannot_be_changed(folder: Path) -> None:
    fill(folder)
    with sqlite3.connect(folder / FILE) as connection:
        connection.execute("DELETE FROM alembic_version")
    connection.close()

    with (
        read_only(folder),
        Store.lazy(sqlite_address(folder)) as store,
        pytest.raises(StoreError, match="older version"),
    ):
        store.recordings.count()


def test_recordings_on_a_disk_that_is_full_from_the_start_can_be_read_and_deleted(folder: Path) -> None:
    with small(folder, "24m"):
        recording = fill_small(folder)
        with Store.lazy(sqlite_address(folder)) as store:  # as in a service that starts now
            assert len(list(store.recordings.readings(recording))) == 30
            with pytest.raises(StoreFull):  # noqa: PT012
                other = begin(store)
                while True:
                    store.recordings.append(other, readings(1000), duration_s=1.0)
            store.recordings.delete(recording)
            assert recording not in [stored.id for stored in store.recordings.list(limit=5)]


@pytest.mark.parametrize("is_killed", [False, True])
def test_they_can_be_read_without_any_space_that_was_put_aside(folder: Path, is_killed: bool, tmp_path: Path) -> None:
    with small(folder, "24m"):
        recording = crash(tmp_path / "before", tmp_path / "left") if is_killed else fill_small(folder)
        if is_killed:
            shutil.copytree(tmp_path / "left", folder, dirs_exist_ok=True)
        (folder / f"{FILE}-reserve").unlink()
        take_all(folder)
        with Store.lazy(sqlite_address(folder)) as store:
            assert len(list(store.recordings.readings(recording))) == 30


def fill_small(folder: Path) -> str:
    """A recording on a disk that is full afterwards."""
    with Store.open(sqlite_address(folder)) as store:
        recording = begin(store)
        store.recordings.append(recording, readings(30), duration_s=3.0)
        store.recordings.finish(recording, duration_s=3.0)
    take_all(folder)
    return recording


def take_all(folder: Path) -> None:
    """Take all the space that is left."""
    with (folder / "ballast").open("ab", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_and_a_used_up_quota_are_both_told_to_be_full(number: int, tmp_path: Path) -> None:
    trouble = told(OSError(number, os.strerror(number)), parse_address(sqlite_address(tmp_path)))

    assert isinstance(trouble, StoreFull)
    assert "full: nothing more can be stored until there is space" in str(trouble)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM])
def test_what_may_not_be_written_is_told_to_be_read_only(number: int, tmp_path: Path) -> None:
    trouble = told(OSError(number, os.strerror(number)), parse_address(sqlite_address(tmp_path)))

    assert isinstance(trouble, StoreReadOnly)
    assert os.strerror(number) in str(trouble)
