"""What is special about the worker beside the service; what both queues promise is in test_queues."""

from __future__ import annotations

import sys
import time
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

LOOK_S = 3.0


def test_where_nothing_can_be_written_no_worker_after_the_other_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[float] = []

    class Counted(Worker):
        def __init__(self, command: Sequence[str], plan: Mapping[str, Any]) -> None:
            started.append(time.monotonic())
            super().__init__(command, plan)

    monkeypatch.setattr(local, "Worker", Counted)
    folder = tmp_path / "data"
    (folder / "uploads").mkdir(parents=True)
    (folder / "uploads" / "film").write_bytes(film())
    plan = {"database": f"sqlite:///{folder / 'test.sqlite'}", "data_dir": str(folder)}
    with Store.open(plan["database"]) as store:
        store.save_job(Job("film", "video", "film.mp4", datetime.now(timezone.utc), path="uploads/film"))
    store = Store.lazy(plan["database"])
    queue = LocalQueue(store, (sys.executable, "-m", "tests.jobs.fakes"), plan, look_s=LOOK_S)
    try:
        with read_only(folder):
            queue.start()
            assert eventually(lambda: len(started) > 1, 60.0)
        assert started[1] - started[0] >= LOOK_S
        assert eventually(lambda: store.get_job("film").state is JobState.DONE, 60.0)
    finally:
        queue.close()
        store.close()
