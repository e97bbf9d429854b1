"""A model's card: the JSON file beside its weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from fer_web.core import Emotion
from fer_web.core.keypoints import NAMES
from fer_web.errors import ModelError
from fer_web.registry.spec import InputSpec

LABELS = tuple(emotion.value for emotion in Emotion)
# What models are there for, and what they answer.
EXPRESSION, KEYPOINTS = "expression", "keypoints"
LABELS_OF: Mapping[str, tuple[str, ...]] = {EXPRESSION: LABELS, KEYPOINTS: NAMES}


@dataclass(frozen=True, slots=True)
class ModelCard:
    """What a model is, expects and answers, and how that is known.

    Its `task` is 'expression' (a logit for each of `labels`) or 'keypoints' (x and y of each, in pixels of the input).
    `network` names its builder; `temperature` divides its logits before the softmax; an answer whose highest calibrated
    probability is under `uncertain_below` is called uncertain. `sha256` is of the .keras file, `tflite_sha256` of what
    `export` made of it, empty before that. `data` and `metrics` are free-form facts for people.
    """

    name: str
    version: str
    network: str
    sha256: str
    parameters: int
    input: InputSpec = field(default_factory=InputSpec)
    labels: tuple[str, ...] = LABELS
    task: str = EXPRESSION
    temperature: float = 1.0
    uncertain_below: float = 0.0
    license: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""
    tflite_sha256: str = ""

    @classmethod
    def read(cls, path: Path) -> ModelCard:
        """The card in a JSON file; ModelError when it is missing, damaged, or about other labels than ours."""
        try:
            values = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise ModelError(f"{path} does not exist: every model needs a card beside it") from error
        except ValueError as error:
            raise ModelError(f"{path} is not JSON: {error}") from error
        return cls.of(values, path.name)

    @classmethod
    def of(cls, values: Mapping[str, Any], source: str = "the card") -> ModelCard:
        """The card that a mapping describes; ModelError names `source` and what is missing or unknown."""
        known = {item.name for item in fields(cls)}
        missing = {"name", "version", "network", "sha256", "parameters"} - set(values)
        if missing or set(values) - known:
            wrong = f"lacks {sorted(missing)}" if missing else f"has unknown entries {sorted(set(values) - known)}"
            raise ModelError(f"{source} {wrong}")
        task = values.get("task", EXPRESSION)
        if task not in LABELS_OF:
            raise ModelError(f"{source} has the task {task!r}, but known tasks are {', '.join(LABELS_OF)}")
        expected = LABELS_OF[task]
        labels = tuple(values.get("labels", expected))
        if labels != expected:
            raise ModelError(f"{source} says {', '.join(labels)}, but this program expects {', '.join(expected)}")
        try:
            spec = InputSpec(**values.get("input", {}))
        except TypeError as error:
            raise ModelError(f"{source} describes an unsupported input: {error}") from error
        return cls(**{**values, "labels": labels, "input": spec})

    @property
    def output_shape(self) -> tuple[int, ...]:
        """What the model answers for one face."""
        return (len(self.labels), 2) if self.task == KEYPOINTS else (len(self.labels),)

    def write(self, path: Path) -> None:
        """The card as indented JSON."""
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
