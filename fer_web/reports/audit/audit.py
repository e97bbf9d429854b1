"""A whole audit: of all pictures, and of each of the user's groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from fer_web.reports.audit.answers import AuditedImage
from fer_web.reports.audit.differences import Difference, Disagreement, between_models, differences
from fer_web.reports.audit.measures import FOUND, LEAST, AuditMeasures
from fer_web.reports.card_text import CardText

ByModel = Mapping[str, AuditMeasures]


@dataclass(frozen=True, slots=True)
class AuditSubject:
    """The pictures' `name`, the models' cards, the engine, when it was, and `notes` about what was left out."""

    name: str
    cards: tuple[CardText, ...]
    engine: str
    at: datetime
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class AuditedGroup:
    """Some of the pictures; `measures` is None where they are too few to say anything."""

    name: str
    images: int
    measures: ByModel | None


@dataclass(frozen=True, slots=True, eq=False)
class Grouping:
    """A column of groups; `ungrouped` pictures have no entry in it."""

    column: str
    groups: tuple[AuditedGroup, ...]
    ungrouped: int
    differences: tuple[Difference, ...]

    @property
    def refused(self) -> tuple[AuditedGroup, ...]:
        """Those with too few pictures."""
        return tuple(group for group in self.groups if group.measures is None)

    @property
    def told(self) -> Mapping[str, ByModel]:
        """The others' measures by name."""
        return {group.name: group.measures for group in self.groups if group.measures is not None}


@dataclass(frozen=True, slots=True, eq=False)
class Audit:
    """`images` are all; `read` those that could be read, of which all measures are."""

    subject: AuditSubject
    images: tuple[AuditedImage, ...]
    read: tuple[AuditedImage, ...]
    overall: ByModel
    differences: tuple[Difference, ...]
    disagreements: tuple[Disagreement, ...]
    groupings: tuple[Grouping, ...]

    @classmethod
    def of(cls, subject: AuditSubject, images: Sequence[AuditedImage], columns: Sequence[str] = ()) -> Audit:
        """Of the models that the subject's cards name; `columns` are the groups' columns."""
        read = tuple(one for one in images if not one.trouble)
        models = [card.name for card in subject.cards]
        overall = _measured(read, models)
        return cls(
            subject,
            tuple(images),
            read,
            overall,
            between_models(overall),
            tuple(Disagreement.of(read, *pair) for pair in combinations(models, 2)),
            tuple(_grouping(read, models, column) for column in columns),
        )

    @property
    def models(self) -> tuple[str, ...]:
        """Their names, in the order of the cards."""
        return tuple(self.overall)

    @property
    def columns(self) -> tuple[str, ...]:
        """The groups' columns."""
        return tuple(grouping.column for grouping in self.groupings)

    @property
    def troubles(self) -> tuple[AuditedImage, ...]:
        """The files that could not be read."""
        return tuple(one for one in self.images if one.trouble)


def _measured(images: Sequence[AuditedImage], models: Sequence[str]) -> ByModel:
    return {model: AuditMeasures.of(images, model) for model in models}


def _grouping(images: Sequence[AuditedImage], models: Sequence[str], column: str) -> Grouping:
    members: dict[str, list[AuditedImage]] = {}
    for one in images:
        members.setdefault(one.image.groups.get(column, ""), []).append(one)
    ungrouped = len(members.pop("", []))
    groups = tuple(
        AuditedGroup(name, len(inside), _measured(inside, models) if len(inside) >= LEAST else None)
        for name, inside in sorted(members.items())
    )
    return Grouping(column, groups, ungrouped, tuple(_between(groups, models)))


def _between(groups: Sequence[AuditedGroup], models: Sequence[str]) -> Iterator[Difference]:
    for place, model in enumerate(models):
        sides = {group.name: group.measures[model] for group in groups if group.measures is not None}
        # Faces are found before any model is asked: once is enough.
        yield from (one for one in differences(sides, model) if place == 0 or one.measure != FOUND)
