"""What a reference system is to the laboratory: a `System`, whose `fit` turns a `FitContext` into something `Fitted`.

A row never sees PrivateTest: `Task.data` has no place for it. It chooses by `Task.data.public`, and `runs` measures
what it chose on PrivateTest afterwards, once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.study.lab.features import FeatureStore
from fer_web.study.training.dataset import LearningData

Pictures = NDArray[np.uint8]
Scores = NDArray[np.floating[Any]]
ALL = tuple(emotion.position for emotion in Emotion)


def unheard(step: int, public_accuracy: float) -> None:
    """What `Task.report` is when nobody listens."""


@dataclass(frozen=True)
class FitContext:
    """What a row is given: `data` to learn from and choose by, a folder of its own, and how much to do.

    Labels are 0 to `classes` - 1 in the order of the row's `expressions`. `epochs` and `minutes` are what the user
    asked for, None where the row's own `config` decides; `jobs` processes find features, and another one prepares
    `ahead` batches. What is large, or only serves to go on after a stop, belongs
    into `weights`, which is not committed. A row that fits step by step tells each step's number and PublicTest
    accuracy to `report`, which may raise to end the fitting.
    """

    data: LearningData
    folder: Path
    features: FeatureStore
    config: Mapping[str, Any]
    classes: int = len(ALL)
    seed: int = 0
    epochs: int | None = None
    minutes: float | None = None
    is_quick: bool = False
    jobs: int = 1
    ahead: int = 0
    is_quiet: bool = False
    report: Callable[[int, float], None] = unheard

    @property
    def weights(self) -> Path:
        """The folder for large files, made when asked for."""
        path = self.folder / "weights"
        path.mkdir(parents=True, exist_ok=True)
        return path


@dataclass(frozen=True)
class Fitted:
    """What a row came to: `answer` gives scores (n, classes), highest for the chosen class, for pictures (n, 48, 48).

    `weights` is the saved file (its hash says whether PrivateTest has seen it), `chosen` what PublicTest decided,
    `history` one row an epoch or a try for `curves.csv`, `epochs` how many were done and planned where there are any,
    `trained_s` the seconds over all sittings (None: this sitting's are counted).
    """

    answer: Callable[[Pictures], Scores]
    weights: Path
    chosen: Mapping[str, Any] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)
    epochs: tuple[int, int] | None = None
    trained_s: float | None = None


@dataclass(frozen=True)
class System:
    """One line of the laboratory's table.

    `authors` is the accuracy in percent that the system's authors report, None where they report none, and
    `authors_note` what on. `expressions` are FER2013's ids in the order in which they become labels 0, 1, …
    """

    name: str
    system: str
    features: str
    fit: Callable[[FitContext], Fitted]
    authors: float | None = None
    authors_note: str = ""
    recipe: str = "ours"
    expressions: tuple[int, ...] = ALL
    config: Mapping[str, Any] = field(default_factory=dict)

    @property
    def emotions(self) -> list[str]:
        """The names of its classes, in their order."""
        return [Emotion.at(position).value for position in self.expressions]
