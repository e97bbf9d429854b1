"""The engines: what finds faces, marks and reads them. A new one is a row of `ENGINES`.

Whatever the engine, the steps after it see the same: regions, 68 landmarks, chips, scores.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fer_web.errors import ModelError
from fer_web.vision.classify import Classifier
from fer_web.vision.detect import HogDetector
from fer_web.vision.landmarks import load_predictor


@dataclass(frozen=True, slots=True, eq=False)
class EngineParts:
    """What an engine has loaded; any thread may use it. `predictor` answers a face's 68 points, as dlib's does."""

    classifier: Classifier
    detector: HogDetector
    predictor: Any


@dataclass(frozen=True, slots=True)
class Engine:
    """`load(models_dir, model)` reads its files; ModelError when one cannot be used. The rest is for people."""

    name: str
    detector: str
    landmarks: str
    classifier: str
    load: Callable[[Path, str], EngineParts]


def _load_classic(models_dir: Path, model: str) -> EngineParts:
    return EngineParts(Classifier.load(models_dir, model), HogDetector(), load_predictor())


# By name, as FER_ENGINE takes it.
ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (Engine("classic", "dlib's HOG", "dlib's 68", "Keras by TensorFlow", _load_classic),)
}


def engine_of(name: str) -> Engine:
    """The engine of that name; ModelError when there is none."""
    if name not in ENGINES:
        raise ModelError(f"there is no engine {name!r}; known: {', '.join(ENGINES)}")
    return ENGINES[name]
