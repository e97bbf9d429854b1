from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event, active_count

import pytest

from fer_web.errors import StoreError
from fer_web.store import Retention, Store
from fer_web.store.address import sqlite_address
from tests.store.samples import Clock, begin

MONTH = timedelta(days=30)


def finished(store: Store, name: str) -> str:
    recording = begin(store, name)
    store.recordings.finish(recording, duration_s=1.0)
    return recording


def test_what_is_older_than_the_setting_goes(store: Store, clock: Clock) -> None:
    told: list[datetime] = []
    retention = Retention(store, MONTH, also=told.append, clock=clock)
    finished(store, "old")
    clock.forward(days=30)
    recent = finished(store, "recent")

    assert retention.tidy() == 0
    clock.forward(seconds=1)
    assert retention.tidy() == 1

    assert [stored.id for stored in store.recordings.list(limit=5)] == [recent]
    assert told[-1] == clock.now - MONTH


def test_without_an_end_everything_stays(store: Store, clock: Clock) -> None:
    finished(store, "old")
    clock.forward(days=36_500)

    assert Retention(store, None, clock=clock).tidy() == 0
    assert store.recordings.count() == 1


def test_what_a_process_was_deleting_when_it_was_killed_goes_also_without_an_end(store: Store) -> None:
    gone: list[str] = []

    def forget(recording: str) -> None:
        gone.append(recording)
        if len(gone) == 1:
            raise PermissionError("as if the process was killed now")

    store.recordings.on_delete(forget)
    recording = begin(store)
    store.recordings.delete(recording)

    Retention(store, None).tidy()

    assert gone == [recording, recording]


def test_where_nothing_was_ever_kept_nothing_is_made(tmp_path: Path) -> None:
    store = Store.lazy(sqlite_address(tmp_path / "data"))

    assert Retention(store, MONTH, also=_never).tidy() == 0
    assert list(tmp_path.iterdir()) == []


def test_it_happens_at_the_start_and_again_and_again_until_it_is_closed(store: Store, clock: Clock) -> None:
    again = _after(3)
    finished(store, "old")
    clock.forward(days=31)
    before = active_count()
    retention = Retention(store, MONTH, also=again, every_s=0.01, clock=clock)

    retention.start()
    retention.start()  # once is enough

    assert again.is_reached.wait(30)
    assert store.recordings.count() == 0
    retention.close()
    assert active_count() == before
    retention.start()
    assert active_count() == before


def test_a_failure_is_logged_and_ends_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture, clock: Clock) -> None:
    store = Store.open(sqlite_address(tmp_path), clock=clock)
    attempts = _after(3, raising=[StoreError("the disk is gone"), RuntimeError("a bug")])
    retention = Retention(store, MONTH, also=attempts, every_s=0.01)

    with caplog.at_level(logging.ERROR):
        retention.start()
        assert attempts.is_reached.wait(30)
    retention.close()
    store.close()

    assert [record.exc_info is None for record in caplog.records] == [True, False]
    assert "the disk is gone" in caplog.text


class _after:  # noqa: N801  (reads as a phrase)
    """Counts how often it is called, raising the first times, and says when that was often enough."""

    def __init__(self, times: int, raising: list[Exception] | None = None) -> None:
        self.is_reached = Event()
        self._left = times
        self._raising = raising or []

    def __call__(self, _: datetime) -> None:
        self._left -= 1
        if not self._left:
            self.is_reached.set()
        if self._raising:
            raise self._raising.pop(0)


_never: Callable[[datetime], object] = lambda _: pytest.fail("there is nothing to look after")  # noqa: E731
