"""What can be asked of the live picture."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from fer_web.vision.overlays import DEFAULT_OVERLAYS, OVERLAYS, Overlay, names_of, parse_overlays
from fer_web.web.http.bodies import Query
from fer_web.web.http.route import Schema


def _known(text: str) -> str:
    parse_overlays(text)  # ValueError names those that are known
    return text


def _described(schema: Schema) -> None:
    """With the layers that there are."""
    schema["description"] = f"Layers to draw, separated by commas: {', '.join(OVERLAYS)}; empty for none."


class OverlayQuery(Query):
    overlay: Annotated[str, AfterValidator(_known)] = Field(names_of(DEFAULT_OVERLAYS), json_schema_extra=_described)

    @property
    def overlays(self) -> frozenset[Overlay]:
        return parse_overlays(self.overlay)


class StreamQuery(OverlayQuery):
    fps: Annotated[float, Field(gt=0, le=1000)] | None = None
    """At most so many a second."""
