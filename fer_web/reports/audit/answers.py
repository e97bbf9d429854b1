"""What an audit is made from: pictures with their labels, and what models answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fer_web.core import Emotion, Scores, UncertainBecause


@dataclass(frozen=True, slots=True)
class LabeledImage:
    """A file, its `name` for people, the expression that it is said to show, and its group in each column of groups."""

    path: Path
    name: str
    emotion: Emotion
    groups: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class ModelAnswer:
    """What a model says of an image's largest face; `scores` (7,) sum to 1."""

    scores: Scores
    uncertain: bool = False
    uncertain_because: UncertainBecause | None = None

    @property
    def emotion(self) -> Emotion:
        """The most probable one."""
        return Emotion.at(int(self.scores.argmax()))


@dataclass(frozen=True, slots=True, eq=False)
class AuditedImage:
    """How many faces an image has, and each model's answer by its name: none without faces.

    `trouble` says why the file could not be read.
    """

    image: LabeledImage
    faces: int = 0
    answers: Mapping[str, ModelAnswer] = field(default_factory=dict)
    trouble: str = ""
