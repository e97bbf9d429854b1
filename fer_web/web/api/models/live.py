"""What can be asked of cameras, and how they are doing."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from fer_web.sources.reopening import Status
from fer_web.vision import View
from fer_web.vision.overlays import DEFAULT_OVERLAYS, OVERLAYS, names_of, parse_overlays
from fer_web.web.http.bodies import Count, JsonObject, Query
from fer_web.web.http.route import Schema


def _known(text: str) -> str:
    parse_overlays(text)  # ValueError names those that are known
    return text


def _described(schema: Schema) -> None:
    """With the layers that there are."""
    schema["description"] = f"Layers to draw, separated by commas: {', '.join(OVERLAYS)}; empty for none."


class OverlayQuery(Query):
    overlay: Annotated[str, AfterValidator(_known)] = Field(names_of(DEFAULT_OVERLAYS), json_schema_extra=_described)

    shown_px: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """How wide the picture is shown, in CSS pixels: letters in it are at least 14 pixels there."""

    @property
    def view(self) -> View:
        return View.of(parse_overlays(self.overlay), self.shown_px)


class CameraQuery(Query):
    camera: str | None = None
    """The camera's name; without it, the first one is meant."""


class CameraJson(JsonObject):
    """A camera, and how it is doing."""

    name: str
    status: Status
    source: str
    """Its address, without anything secret in it."""
    reason: str
    fps: float
    viewers: Count
    recording: str | None
    """The id of the recording that runs."""


class CamerasJson(JsonObject):
    """In the order of the setting."""

    cameras: list[CameraJson]


class StreamQuery(OverlayQuery):
    fps: Annotated[float, Field(gt=0, le=1000)] | None = None
    """The most frames per second."""
