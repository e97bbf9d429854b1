"""What happens to the people in front of a camera: events of people, not of frames, each declared once.

JSON, its schema, the CSV's columns and the tables of the documents derive from the fields here. A field takes a number,
a word or a time: no picture and no landmark can be sent by way of an event.
"""

from __future__ import annotations

import types
from dataclasses import dataclass, fields
from datetime import datetime, timezone
from typing import Annotated, Any, ClassVar, TypeAlias, Union, get_args, get_origin, get_type_hints

from fer_web.core.emotion import Emotion

# It rises when a field changes its meaning or goes; a new field or kind leaves it.
SCHEMA_VERSION = 1

FactValue: TypeAlias = "str | float | int | datetime | Emotion | None"


@dataclass(frozen=True, slots=True)
class Fact:
    """What a field of an event says; of a fraction, `decimals` are kept. `name`, `kind`, `is_optional`: the field's."""

    meaning: str
    decimals: int = 0
    name: str = ""
    kind: type = float
    is_optional: bool = False

    def plain(self, value: Any) -> str | float | int | None:
        """A value as JSON has it."""
        if value is None:
            return None
        if self.kind is datetime:
            return str(value.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z"))
        if self.kind is float:
            return round(float(value), self.decimals)
        return int(value) if self.kind is int else str(value)

    def schema(self) -> dict[str, Any]:
        """As JSON Schema describes it."""
        kinds: dict[type, dict[str, Any]] = {
            float: {"type": "number"},
            int: {"type": "integer"},
            str: {"type": "string"},
            datetime: {"type": "string", "format": "date-time"},
            Emotion: {"type": "string", "enum": [str(emotion) for emotion in Emotion]},
        }
        found = kinds[self.kind]
        if self.is_optional:
            return {"description": self.meaning, "anyOf": [found, {"type": "null"}]}
        return {**found, "description": self.meaning}


_BLINKS = Fact("how many times they have blinked since they appeared")


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonEvent:
    """Something that happened to one person, when it began to be so."""

    kind: ClassVar[str] = ""

    camera: Annotated[str, Fact("the camera's name")]
    track_id: Annotated[int, Fact("the person's number; someone who comes back within half a minute keeps it")]
    time_utc: Annotated[datetime, Fact("when it happened, in UTC")]
    time_s: Annotated[
        float,
        Fact("the same in seconds by a clock that is never set; in a recording, since it began", 3),
    ]

    @classmethod
    def facts(cls) -> tuple[Fact, ...]:
        """Its fields in their order."""
        return _facts_of(cls)

    def json(self) -> dict[str, Any]:
        """What programs are told."""
        told = {fact.name: fact.plain(getattr(self, fact.name)) for fact in self.facts()}
        return {"schema_version": SCHEMA_VERSION, "event": self.kind, **told}


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeared(PersonEvent):
    """Somebody has come into the picture, and has been there for half a second."""

    kind = "appeared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed(PersonEvent):
    """A person's expression is another one than before, and has been for a second."""

    kind = "changed"

    dominant_emotion: Annotated[Emotion, Fact("the expression that began then")]
    emotion_before: Annotated[Emotion | None, Fact("the one before; null for the first")] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Blinked(PersonEvent):
    """A person has blinked."""

    kind = "blinked"

    blink_count: Annotated[int, _BLINKS]


@dataclass(frozen=True, slots=True, kw_only=True)
class Left(PersonEvent):
    """A person has not been seen for two seconds: what their stay was like."""

    kind = "left"

    stay_s: Annotated[float, Fact("how long they were there, in seconds", 3)]
    blink_count: Annotated[int, _BLINKS]
    blinks_per_minute: Annotated[float | None, Fact("the same per minute; null for a stay of less than 10 seconds", 1)]
    nod_count: Annotated[int, Fact("how many times they nodded")]
    shake_count: Annotated[int, Fact("how many times they shook their head")]
    looked_share: Annotated[
        float | None,
        Fact("the share of the time that they looked at the camera, 0 to 1; null where that is unknown", 4),
    ]
    main_emotion: Annotated[Emotion | None, Fact("the expression of most of the time; null when none was certain")]
    angry_share: Annotated[float, Fact("the share of the time with this expression, 0 to 1, of all certain time", 4)]
    disgust_share: Annotated[float, Fact("likewise", 4)]
    fear_share: Annotated[float, Fact("likewise", 4)]
    happy_share: Annotated[float, Fact("likewise", 4)]
    sad_share: Annotated[float, Fact("likewise", 4)]
    surprise_share: Annotated[float, Fact("likewise", 4)]
    neutral_share: Annotated[float, Fact("likewise", 4)]


PERSON_EVENTS: dict[str, type[PersonEvent]] = {one.kind: one for one in (Appeared, Changed, Blinked, Left)}


def event_schema(kind: type[PersonEvent]) -> dict[str, Any]:
    """One kind of event as JSON Schema describes it."""
    properties = {
        "schema_version": {"const": SCHEMA_VERSION, "type": "integer"},
        "event": {"const": kind.kind, "type": "string"},
        **{fact.name: fact.schema() for fact in kind.facts()},
    }
    return {
        "type": "object",
        "description": _said(kind),
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def person_events_schema() -> dict[str, Any]:
    """All kinds of events as JSON Schema describes them."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "PersonEvent",
        "oneOf": [event_schema(kind) for kind in PERSON_EVENTS.values()],
    }


def all_facts() -> tuple[Fact, ...]:
    """The fields of all kinds, each name once, in their order."""
    named = {fact.name: fact for kind in PERSON_EVENTS.values() for fact in kind.facts()}
    return tuple(named.values())


def _said(kind: type[PersonEvent]) -> str:
    return (kind.__doc__ or "").strip()


def _facts_of(kind: type[PersonEvent]) -> tuple[Fact, ...]:
    hints = get_type_hints(kind, include_extras=True)
    return tuple(_declared(field.name, hints[field.name]) for field in fields(kind))


def _declared(name: str, hint: Any) -> Fact:
    """The fact of a field; TypeError for a field of any other kind, as a picture is."""
    whole, *extras = get_args(hint) or (hint,)
    kinds = get_args(whole) if get_origin(whole) in (Union, types.UnionType) else (whole,)
    plain = [one for one in kinds if one is not type(None)]
    declared = [extra for extra in extras if isinstance(extra, Fact)]
    if len(declared) != 1 or len(plain) != 1 or plain[0] not in (float, int, str, datetime, Emotion):
        raise TypeError(f"{name} is no fact: a number, a word or a time, with one Fact that says what it means")
    found = declared[0]
    return Fact(found.meaning, found.decimals, name, plain[0], type(None) in kinds)
