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
    """Its name in lists; by default the form's file name."""
    annotate: Flag = False
    """Whether to keep a copy with the faces marked: it shows people and is kept with its recording."""


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
    """An estimate, or null."""
    message: str
    """Why it failed, what is wrong with the video, or that no worker takes it."""
    attempts: Count
    """How many times a worker has started it; three at most."""
    created_at: str
    finished_at: str | None
    recording_id: str | None
    """Its recording's id, once there are readings."""
    annotated: str | None
    """The address of its annotated copy, once there is one."""


class JobsJson(JsonObject):
    jobs: list[JobJson]
