"""The laboratory: its table, its models, and what two of them say."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

from fer_web.web.api.models.faces import FaceJson, SizeJson
from fer_web.web.http.bodies import Count, JsonObject, Otherwise, Share, StrictQuery

MODELS = 2


def _two(text: str) -> str:
    names = names_in(text)
    if len(names) != MODELS or len(set(names)) != MODELS:
        raise ValueError
    return text


def names_in(text: str) -> list[str]:
    """The names between the commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


class CompareQuery(StrictQuery):
    models: Annotated[
        str,
        AfterValidator(_two),
        Otherwise("bad_parameter", "models must name two different models, as in ?models=xception,simple-cnn"),
    ]
    """Two names, separated by a comma."""

    @property
    def names(self) -> list[str]:
        return names_in(self.models)


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
    timing_ms: TotalJson
