"""Videos and the jobs that analyze them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from fer_web.core import JobState
from fer_web.web.http.bodies import Count, Flag, JsonObject, Share, StrictQuery
from fer_web.web.http.route import BYTES, Schema

VIDEO: Schema = {**BYTES, "description": "The video's bytes."}


class AddJobQuery(StrictQuery):
    name: str = ""
    """What it is called in lists; else the name that a form gives it."""
    annotate: Flag = False
    """Whether to keep a copy with the faces marked: it holds pictures and is kept with its recording."""


class VideoForm(JsonObject):
    """One file in the field video."""

    video: Annotated[str, WithJsonSchema(VIDEO)]


class JobJson(JsonObject):
    """A video that waits, is being analyzed, or has been."""

    id: str
    kind: Literal["video"]
    name: str
    state: JobState
    progress: Share
    remaining_s: float | None
    """An estimate; null while there is none."""
    message: str
    """Why it failed, what was wrong with the video, or that no worker takes it."""
    attempts: Count
    """How often a worker has taken it up; three times at most."""
    created_at: str
    finished_at: str | None
    recording_id: str | None
    """Where its readings are, once it is over."""
    annotated: str | None
    """Where its annotated copy is, once there is one."""


class JobsJson(JsonObject):
    jobs: list[JobJson]
