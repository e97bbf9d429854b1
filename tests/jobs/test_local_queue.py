"""What is special about the worker beside the service; what both queues promise is in test_queues."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from fer_web.core import Job, JobState
from fer_web.jobs import local
from fer_web.jobs.local import LocalQueue
from fer_web.jobs.process import Worker
from fer_web.store import Store
from tests.disks import read_only
from tests.jobs.fakes import film
from tests.web.live_server import eventually

LOOK_S = 0.2


def test_where_nothing_can_be_written_no_worker_is_started_until_something_can(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    started: list[str] = []

    class Counted(Worker):
        def __init__(self, command: Sequence[str], plan: Mapping[str, Any]) -> None:
            started.append("a worker")
            super().__init__(command, plan)

    monkeypatch.setattr(local, "Worker", Counted)
    folder = tmp_path / "data"
    (folder / "uploads").mkdir(parents=True)
    (folder / "uploads" / "film").write_bytes(film())
    plan = {"database": f"sqlite:///{folder / 'test.sqlite'}", "data_dir": str(folder)}
    with Store.open(plan["database"]) as store:
        store.jobs.save(Job("film", "video", "film.mp4", datetime.now(timezone.utc), path="uploads/film"))
    store = Store.lazy(plan["database"])
    queue = LocalQueue(store, (sys.executable, "-m", "tests.jobs.fakes"), plan, look_s=LOOK_S)
    try:
        with read_only(folder):
            queue.start()
            assert eventually(lambda: caplog.text.count("Videos wait") > 1, 60.0)
        assert "cannot be written" in caplog.text
        assert not started
        assert eventually(lambda: store.jobs.get("film").state is JobState.DONE, 60.0)
    finally:
        queue.close()
        store.close()
