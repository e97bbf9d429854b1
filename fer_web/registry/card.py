"""A model's card: the JSON file beside its weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
    `network` names its builder; `temperature` divides its logits before the softmax, and what it learned from how
    often the expressions stand in its training pictures (`priors`, shares in the labels' order) is taken back in part:
    the probabilities are divided by `priors` to the power of `prior_exponent` and made to sum to 1 again (Saerens et
    al. 2002, "Adjusting the outputs of a classifier to new a priori probabilities"). An answer whose highest
    probability is under `uncertain_below` is rather wrong than right. `sha256` is of the .keras file, `tflite_sha256`
    of what `export` made of it, empty before that. A model with `parts` has no files: it is what the models of these
    names say together, with their logits divided by these temperatures, and its hashes are of theirs. `data` and
    `metrics` are free-form facts for people.
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
    priors: tuple[float, ...] = ()
    prior_exponent: float = 0.0
    uncertain_below: float = 0.0
    license: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)
    notes: str = ""
    tflite_sha256: str = ""
    parts: Mapping[str, float] = field(default_factory=dict)

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
        card = cls(**{**values, "labels": labels, "input": spec, "priors": tuple(values.get("priors", ()))})
        card.check_priors(source)
        return card

    def check_priors(self, source: str) -> None:
        """ModelError when the priors are no shares of all labels, or are needed and missing."""
        are_shares = len(self.priors) == len(self.labels) and min(self.priors) > 0 and abs(sum(self.priors) - 1) < 1e-3
        if not are_shares and (self.priors or self.prior_exponent):
            needed = f"{len(self.labels)} positive shares that sum to 1"
            raise ModelError(f"{source} has the priors {list(self.priors)}, but needs {needed}")

    def probabilities(self, logits: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Calibrated probabilities (n, 7) of an expression model's logits (n, 7)."""
        scaled = logits.astype(np.float64) / self.temperature
        if self.prior_exponent:
            scaled -= self.prior_exponent * np.log(np.array(self.priors))
        powers = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
        return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)

    @property
    def output_shape(self) -> tuple[int, ...]:
        """What the model answers for one face."""
        return (len(self.labels), 2) if self.task == KEYPOINTS else (len(self.labels),)

    def write(self, path: Path) -> None:
        """The card as indented JSON."""
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
