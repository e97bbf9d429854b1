from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from fer_web.errors import RequestError
from fer_web.resources import ROOT
from fer_web.store import RecordingState, Store
from fer_web.store.address import FILE, sqlite_address
from fer_web.store.presence import SILENCE
from fer_web.store.repository import now
from tests.store.samples import Clock, begin, readings

RECORD = """
import sys
from itertools import count
from tests.store.samples import begin, readings
from fer_web.store import Store
store = Store.open(sys.argv[1])
recording = begin(store, "killed")
print(recording, flush=True)
for second in count():
    store.recordings.append(recording, readings(10, second), duration_s=second + 1.0)
    print(second + 1, flush=True)
"""


@contextmanager
def recording_process(address: str, seconds: int = 1) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that records into the database, after its first `seconds` batches; and the recording's id."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", RECORD, address], env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        recording = process.stdout.readline().strip()
        for _ in range(seconds):
            assert process.stdout.readline()
        try:
            yield process, recording
        finally:
            process.kill()


def killed(process: subprocess.Popen[str]) -> int:
    """Kill it at any point of its work; how many batches it had been told were kept."""
    process.send_signal(signal.SIGKILL)
    told, _ = process.communicate(timeout=30)
    lines = [line for line in told.splitlines(keepends=True) if line.endswith("\n")]
    return int(lines[-1]) if lines else 0


def test_a_process_that_is_killed_loses_at_most_what_it_was_just_writing(empty_address: str) -> None:
    with recording_process(empty_address, seconds=3) as (process, recording):
        kept = max(3, killed(process))

    with Store.open(empty_address, clock=lambda: now() + SILENCE) as store:
        stored = store.recordings.get(recording)
        found = list(store.recordings.readings(recording))

        assert stored.readings == len(found)
        assert len(found) in (10 * kept, 10 * kept + 10)
        assert found == [one for second in range(len(found) // 10) for one in readings(10, second)]
        assert stored.recording.duration_s == len(found) / 10
        assert stored.state is RecordingState.INTERRUPTED  # even before anybody looks for such
        assert_recovered(store, recording)


def assert_recovered(store: Store, recording: str) -> None:
    """The next start marks it, and leaves those that go on alone."""
    mine = begin(store, "mine")

    assert (store.recordings.recover(), store.recordings.recover()) == (1, 0)

    stored = store.recordings.get(recording)
    assert stored.state is RecordingState.INTERRUPTED
    assert stored.recording.trouble is not None
    assert "ended without finishing" in stored.recording.trouble
    assert store.recordings.get(mine).state is RecordingState.RECORDING


def test_beside_a_file_a_death_is_noticed_at_once(tmp_path: Path) -> None:
    address = sqlite_address(tmp_path)
    with recording_process(address) as (process, recording):
        killed(process)

    with Store.open(address) as store:
        assert_recovered(store, recording)


def test_what_another_records_is_left_to_it(address: str) -> None:
    with Store.open(address) as other, Store.open(address) as store:
        recording = begin(other)

        assert store.recordings.recover() == 0
        assert store.recordings.get(recording).state is RecordingState.RECORDING


def test_what_another_server_records_is_not_deleted_without_a_word(address: str) -> None:
    with Store.open(address) as other, Store.open(address) as store:
        finished, running = begin(store), begin(other, "the other's")
        store.recordings.finish(finished, duration_s=1.0)

        for delete in (
            store.recordings.delete_all,
            store.recordings.ensure_deletable,
            lambda: store.recordings.delete(running),
        ):
            with pytest.raises(RequestError, match=r"another server .*: stop it first") as refusal:
                delete()
            assert refusal.value.code == "still_recording"
        other.recordings.append(running, readings(3), duration_s=1.0)
        assert (store.recordings.count(), store.recordings.get(running).readings) == (2, 3)
        store.recordings.delete(finished)

        other.recordings.finish(running, duration_s=1.0)
        assert store.recordings.delete_all() == 1


def test_what_a_dead_server_recorded_can_be_deleted_at_once(tmp_path: Path) -> None:
    address = sqlite_address(tmp_path)
    with recording_process(address) as (process, _):
        killed(process)

    with Store.open(address) as store:
        assert store.recordings.delete_all() == 1


def test_what_is_read_from_a_video_can_be_deleted_whoever_analyzes_it(address: str) -> None:
    with Store.open(address) as worker, Store.open(address) as store:
        recording = worker.recordings.create("film", "film", now(), kind="video")

        assert store.recordings.delete_all() == 1
        with pytest.raises(RequestError, match="deleted"):
            worker.recordings.append(recording, readings(1), duration_s=1.0)


def test_with_a_server_whoever_is_silent_is_taken_for_gone(server_address: str, clock: Clock) -> None:
    with Store.open(server_address, clock=clock) as gone, Store.open(server_address, clock=clock) as store:
        recording = begin(gone)
        clock.now += SILENCE
        assert (store.recordings.recover(), store.recordings.get(recording).state) == (0, RecordingState.RECORDING)

        clock.forward(seconds=1)
        assert store.recordings.get(recording).state is RecordingState.INTERRUPTED
        assert store.recordings.recover() == 1

        gone.recordings.append(recording, readings(1), duration_s=1.0)  # it had only slept
        assert store.recordings.get(recording).state is RecordingState.RECORDING
        assert store.recordings.get(recording).recording.trouble is None


def test_files_of_the_dead_are_cleared_away(tmp_path: Path) -> None:
    names = ("dead", "alive", "just-born")
    dead, alive, just_born = (tmp_path / f"{FILE}-owner-{name}" for name in names)
    with Store.open(sqlite_address(tmp_path)) as store, alive.open("wb") as file:
        begin(store)
        for path in (dead, just_born):
            path.touch()
        fcntl.flock(file, fcntl.LOCK_EX)
        for path in tmp_path.glob("*-owner-*"):
            if path != just_born:
                os.utime(path, (0, 0))

        store.recordings.recover()

        left = set(tmp_path.glob("*-owner-*"))
        assert left > {alive, just_born}
        assert len(left) == 3  # and this store's own
        assert dead not in left


def test_closing_leaves_no_file(tmp_path: Path) -> None:
    with Store.open(sqlite_address(tmp_path)) as store:
        begin(store)
        assert list(tmp_path.glob("*-owner-*"))

    assert list(tmp_path.glob("*-owner-*")) == []


def test_what_a_stopped_service_left_open_is_interrupted(store: Store, address: str, clock: Clock) -> None:
    recording = begin(store)
    store.recordings.append(recording, readings(2), duration_s=1.0)
    store.close()

    with Store.open(address, clock=clock) as later:
        assert later.recordings.get(recording).state is RecordingState.INTERRUPTED
        assert len(list(later.recordings.readings(recording))) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_the_file_of_a_process_is_private(tmp_path: Path) -> None:
    with Store.open(sqlite_address(tmp_path)) as store:
        begin(store)

        assert [path.stat().st_mode & 0o777 for path in tmp_path.glob("*-owner-*")] == [0o600]
