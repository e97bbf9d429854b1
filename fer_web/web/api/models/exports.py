"""Recordings for other programs: what is asked for, and markers from a file."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from fer_web.reports.exports import EXPORTS
from fer_web.web.api.models.recordings import CsvQuery, MarkerJson
from fer_web.web.http.bodies import Count, Flag, JsonObject, Query

# Clocks that are further apart than two weeks are not meant.
MOST_OFFSET_S = 1_209_600.0


def _known(text: str) -> str:
    unknown = [name for name in _names(text) if name not in EXPORTS]
    if unknown:
        raise ValueError(f"there is no export {unknown[0][:40]!r}; there are {', '.join(EXPORTS)}")
    for name in _names(text):
        if EXPORTS[name].missing:
            raise ValueError(EXPORTS[name].missing)
    return text


def _names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def _number(value: Any) -> Any:
    """A number as queries spell it."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value


def _described(schema: dict[str, Any]) -> None:
    schema["description"] = f"Exports to add for each recording, separated by commas: {', '.join(EXPORTS)}."


class ArchiveQuery(CsvQuery):
    include: Annotated[str, AfterValidator(_known)] = Field("", json_schema_extra=_described)

    @property
    def exports(self) -> list[str]:
        """The names of the exports, each once."""
        return list(dict.fromkeys(_names(self.include)))


class ImportQuery(Query):
    preview: Flag = False
    """Whether to only say what would be added."""
    offset_s: Annotated[
        float, Field(gt=-MOST_OFFSET_S, le=MOST_OFFSET_S, allow_inf_nan=False), BeforeValidator(_number)
    ] = 0.0
    """Seconds that are added to every time, where two clocks differ."""


class ImportedMarkersJson(JsonObject):
    """Markers from a file."""

    markers: list[MarkerJson]
    """Those that are new, in the order of time."""
    added: Count
    """How many were added; 0 in a preview."""
    already_there: Count
    """How many were left out, because the recording has them already, or the file has them twice."""
    clocks: str
    """How the file's times became times of the recording."""
