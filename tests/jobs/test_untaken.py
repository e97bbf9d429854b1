"""What people read who wait for a video that nobody takes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from fer_web.core import Job, JobState
from fer_web.jobs.untaken import UNTAKEN, told

NOW = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
LONG = NOW - 2 * UNTAKEN
JUST_NOW = NOW - UNTAKEN / 2


def job(name: str, created_at: datetime = LONG, **known: Any) -> Job:
    return Job(name, "video", name, created_at, **known)


def message(waiting: Job, *others: Job, began_at: datetime = LONG) -> str:
    return told(waiting, [waiting, *others], began_at, NOW, "start one").message


def test_a_video_says_that_nobody_takes_it() -> None:
    assert message(job("film")) == "No worker has taken it: no worker is running: start one"


@pytest.mark.parametrize(
    "alive",
    [
        job("running", state=JobState.RUNNING, heartbeat_at=JUST_NOW),
        job("just done", state=JobState.DONE, heartbeat_at=JUST_NOW),
    ],
)
def test_it_says_nothing_while_a_worker_is_at_another(alive: Job) -> None:
    assert message(job("film"), alive) == ""


def test_it_says_nothing_before_a_worker_had_time_to_come() -> None:
    assert message(job("film", created_at=JUST_NOW)) == ""
    assert message(job("film"), began_at=JUST_NOW) == ""
    assert timedelta(seconds=45) < UNTAKEN  # until a dead worker's video is sent again


def test_a_video_whose_worker_has_gone_says_so() -> None:
    orphan = job("film", state=JobState.RUNNING, heartbeat_at=LONG, progress=0.4)
    other = job("other", state=JobState.RUNNING, heartbeat_at=JUST_NOW)

    assert message(orphan) == "Its worker has disappeared: no worker is running: start one"
    assert message(orphan, other) == "Its worker has disappeared: another one will continue"
    assert message(other, orphan) == ""


def test_what_is_over_keeps_its_own_message() -> None:
    assert message(job("film", state=JobState.DONE, message="cut short")) == "cut short"
