"""The engines: what finds faces, marks and reads them. A new one is a row of `ENGINES`.

Whatever the engine, the steps after it see the same: regions, anchors, chips, scores, and landmarks if any.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fer_web.core import EngineChoice
from fer_web.errors import ModelError
from fer_web.vision.classify import Classifier
from fer_web.vision.detect import HogDetector
from fer_web.vision.finders import ClassicFinder, FaceFinder, ModernFinder
from fer_web.vision.keypoints import KeypointNetwork
from fer_web.vision.landmarkers import load_landmarker, load_yunet
from fer_web.vision.landmarks import load_predictor


@dataclass(frozen=True, slots=True, eq=False)
class EngineParts:
    """What an engine has loaded; any thread may use it."""

    classifier: Classifier
    finder: FaceFinder


@dataclass(frozen=True, slots=True)
class Engine:
    """`load(models_dir, model, landmarks)` reads its files; ModelError when one cannot be used.

    `classifier` and `keypoints` load other networks of the folder the same way. The rest is for people.
    """

    name: str
    detector: str
    landmarks: str
    runtime: str
    load: Callable[[Path, str, str], EngineParts]
    classifier: Callable[[Path, str], Classifier]
    keypoints: Callable[[Path], KeypointNetwork]


def _load_classic(models_dir: Path, model: str, landmarks: str) -> EngineParts:  # noqa: ARG001
    return EngineParts(Classifier.load_keras(models_dir, model), ClassicFinder(HogDetector(), load_predictor()))


def _load_modern(models_dir: Path, model: str, landmarks: str) -> EngineParts:
    classifier = Classifier.load_lite(models_dir, model)
    landmarker = load_landmarker(models_dir, landmarks, classifier.card.input)
    return EngineParts(classifier, ModernFinder(load_yunet(models_dir), landmarker, landmarks))


# By name, as FER_ENGINE takes it.
ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(
            "modern",
            "YuNet",
            "FaceMesh's 478, dlib's 68 or none",
            "LiteRT",
            _load_modern,
            Classifier.load_lite,
            KeypointNetwork.load_lite,
        ),
        Engine(
            "classic",
            "dlib's HOG",
            "dlib's 68",
            "Keras by TensorFlow",
            _load_classic,
            Classifier.load_keras,
            KeypointNetwork.load_keras,
        ),
    )
}


def engine_of(name: str) -> Engine:
    """The engine of that name; ModelError when there is none."""
    if name not in ENGINES:
        raise ModelError(f"there is no engine {name!r}; known: {', '.join(ENGINES)}")
    return ENGINES[name]


def load_engine(choice: EngineChoice, models_dir: Path, model: str) -> EngineParts:
    """The engine's files, read; ModelError when one cannot be used."""
    return engine_of(choice.engine).load(models_dir, model, choice.landmarks)
