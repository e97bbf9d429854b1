"""The laboratory: its table, its models, and what two of them say."""

from __future__ import annotations

from math import isfinite
from typing import Annotated, Literal

from pydantic import AfterValidator

from fer_web.vision.hiding import ChipPart
from fer_web.web.api.models.faces import FaceJson, SizeJson
from fer_web.web.http.bodies import SHOWN, Count, Flag, JsonObject, Otherwise, Share, StrictQuery

MODELS = 2
# What is left of a crop must be more than a rim of it.
MOST_HIDDEN = 0.95
ROUNDING = 1e-6


def _two(text: str) -> str:
    names = names_in(text)
    if len(names) != MODELS or len(set(names)) != MODELS:
        raise ValueError
    return text


def names_in(text: str) -> list[str]:
    """The names between the commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


def _a_part(text: str) -> str:
    """A ValueError's sentence tells what is wrong with it."""
    if text:
        _require(part_in(text))
    return text


def part_in(text: str) -> ChipPart:
    """The part that four numbers between commas name; ValueError for anything else."""
    try:
        left, top, width, height = map(float, text.split(","))
    except ValueError:
        raise ValueError(
            f"hide must be four numbers, left,top,width,height, as in ?hide=0.1,0.6,0.8,0.3, not {text[:SHOWN]!r}"
        ) from None
    return ChipPart(left, top, width, height)


def _require(part: ChipPart) -> None:
    numbers = (part.left, part.top, part.width, part.height)
    if not all(isfinite(number) and 0 <= number <= 1 for number in numbers):
        raise ValueError("hide's numbers must be shares of the face's crop, each from 0 to 1")
    if part.width == 0 or part.height == 0:
        raise ValueError("hide's width and height must be above 0")
    if part.left + part.width > 1 + ROUNDING or part.top + part.height > 1 + ROUNDING:
        raise ValueError("hide reaches beyond the face's crop: left + width and top + height must be at most 1")
    if part.width > MOST_HIDDEN and part.height > MOST_HIDDEN:
        raise ValueError("hide covers the whole face: leave a part of it to be seen")


class CompareQuery(StrictQuery):
    models: Annotated[
        str,
        AfterValidator(_two),
        Otherwise("bad_parameter", "models must name two different models, as in ?models=xception,simple-cnn"),
    ]
    """Two names, separated by a comma."""
    hide: Annotated[str, AfterValidator(_a_part)] = ""
    """A part of each face to hide from both: its left, top, width and height, as shares of the face's crop."""
    difference: Flag = False
    """Whether to include the difference of the two heatmaps of each face."""

    @property
    def hidden(self) -> ChipPart | None:
        return part_in(self.hide) if self.hide else None

    @property
    def names(self) -> list[str]:
        return names_in(self.models)


class ExampleQuery(StrictQuery):
    face: Literal["mixed", "smile"] = "mixed"
    """A mixed expression, or a smile."""


class AccuracyJson(JsonObject):
    accuracy: Share


class PrivateTestJson(JsonObject):
    """With a 95 % interval."""

    accuracy: Share
    low: Share
    high: Share
    without_duplicates: Share
    macro_f1: Share


class EpochsJson(JsonObject):
    done: Count | None
    planned: Count | None


class LabRowJson(JsonObject):
    """One system's run. Rows of the confusion matrix are labels, columns answers."""

    name: str
    system: str
    features: str
    expressions: list[str]
    authors_accuracy: Share | None
    """What the system's authors report, or null."""
    public_test: AccuracyJson
    private_test: PrivateTestJson
    confusion: list[list[Count]]
    epochs: EpochsJson
    command: str


class LabModelJson(JsonObject):
    """A model that can be compared."""

    name: str
    version: str
    network: str
    parameters: Count
    accuracy: dict[str, Share]
    """By FER2013's parts."""


class LabJson(JsonObject):
    rows: list[LabRowJson]
    models: list[LabModelJson]


class ModelAnswersJson(JsonObject):
    name: str
    version: str
    results: list[FaceJson]


class TotalJson(JsonObject):
    total: float


class ComparisonJson(JsonObject):
    """Two models' answers to the same faces, each with its heatmap."""

    image: SizeJson
    models: list[ModelAnswersJson]
    differences: list[str | None] | None = None
    """The two heatmaps' difference for each face, only with ?difference=true: orange where the first is hotter, blue
    where the second is."""
    timing_ms: TotalJson
