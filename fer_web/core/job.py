"""Work that goes on behind the pages, a video to be analyzed, say: how far it is, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import TypeAlias

Options: TypeAlias = Mapping[str, "str | int | float | bool | None"]

# A worker that was not heard of for this long is gone; it tells once a second how far it is.
SILENCE_S = 30.0
# A job is given up after so many attempts that ended without an answer: a killed worker, a failure nobody expected.
ATTEMPTS = 3
# A video may keep a worker busy for this long, however it is reached.
TIME_LIMIT_S = 6 * 3600.0
# A worker ends what takes too long by itself; one that does not, because a library hangs, is killed.
KILL_LIMIT_S = TIME_LIMIT_S + 600


class JobState(str, Enum):
    """Where a job stands; the last three are for good."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELED = "canceled"

    @property
    def is_over(self) -> bool:
        return self not in (JobState.QUEUED, JobState.RUNNING)

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands now.

    `name` is what it works on, for people to read (a file's name); `path` is where that lies, relative to the data
    folder, None once it was removed. `progress` runs from 0 to 1; `remaining_s` is None while nobody knows. `message`
    says what is being done, `error` why it failed. `recording_id` is the recording that comes of it. `attempts` counts
    how often a worker has taken it up, `heartbeat_at` is when that worker was last heard of. `owner` is whose browser
    has sent it; None for the operator. All times have a zone.
    """

    id: str
    kind: str
    name: str
    created_at: datetime
    state: JobState = JobState.QUEUED
    path: str | None = None
    options: Options = field(default_factory=dict)
    progress: float = 0.0
    remaining_s: float | None = None
    message: str = ""
    error: str | None = None
    recording_id: str | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    heartbeat_at: datetime | None = None
    worker: str | None = None
    attempts: int = 0
    owner: str | None = None
