"""What can be asked of cameras, and how they are doing."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from fer_web.core.mask import FEWEST_CORNERS, MOST_CORNERS, MOST_POLYGONS, mask_of
from fer_web.sources.reopening import Status
from fer_web.vision import View
from fer_web.vision.overlays import DEFAULT_OVERLAYS, OVERLAYS, names_of, parse_overlays
from fer_web.web.http.bodies import Count, JsonBody, JsonObject, Query
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

    width: Annotated[int, Field(ge=160, le=1280)] | None = None
    """The most pixels in a row: a larger picture is made smaller, which costs less."""

    @property
    def view(self) -> View:
        return View.of(parse_overlays(self.overlay), self.shown_px, self.width)


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
    faces: Count
    """How many are in the newest frame; 0 while none is analyzed."""
    is_masked: bool
    """Whether a part of its picture is hidden."""
    recording: str | None
    """The id of the recording that runs."""


def _described_mask(schema: Schema) -> None:
    schema["description"] = (
        f"Up to {MOST_POLYGONS} polygons of {FEWEST_CORNERS} to {MOST_CORNERS} corners, each how far right and how far "
        "down it is, as shares of the picture's width and height."
    )


class MaskJson(JsonObject):
    """What is hidden of a camera's picture."""

    polygons: Annotated[list[list[tuple[float, float]]], Field(json_schema_extra=_described_mask)]


class NewMask(JsonBody):
    """What shall be hidden."""

    polygons: Annotated[
        list[list[tuple[float, float]]], BeforeValidator(mask_of), Field(json_schema_extra=_described_mask)
    ]


class CamerasJson(JsonObject):
    """In the order of the setting."""

    cameras: list[CameraJson]


class StreamQuery(OverlayQuery):
    fps: Annotated[float, Field(gt=0, le=1000)] | None = None
    """The most frames per second."""
