"""Events of people, as their declarations in `core.person_events` say."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import GetJsonSchemaHandler, RootModel

from fer_web.core.person_events import person_events_schema
from fer_web.web.http.bodies import Query
from fer_web.web.http.route import Schema


class EventsQuery(Query):
    kind: Literal["frames", "people"] = "frames"
    """frames: the results of every frame. people: only who appeared, changed their expression, blinked or left."""


class PersonEventJson(RootModel[dict[str, Any]]):
    """Something that happened to one person."""

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: Any, handler: GetJsonSchemaHandler) -> Schema:
        """One of the kinds."""
        del core_schema, handler
        return {"title": "PersonEvent", "description": cls.__doc__, "oneOf": person_events_schema()["oneOf"]}
