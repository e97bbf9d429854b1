"""The network over all faces of a frame."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame
from fer_web.registry import ModelCard
from fer_web.vision.explain import normalized
from fer_web.vision.runtimes import Run, load_keras, load_lite


class Classifier:
    """An expression network and its card, whatever runs it; any thread may call it."""

    def __init__(self, run: Run, card: ModelCard) -> None:
        self.card, self._run = card, run

    @classmethod
    def load_lite(cls, models_dir: Path, name: str) -> Classifier:
        """The model of that name by LiteRT; ModelError when it is missing, damaged or not what its card says."""
        return cls(*load_lite(models_dir, name))

    @classmethod
    def load_keras(cls, models_dir: Path, name: str) -> Classifier:
        """The same by TensorFlow."""
        return cls(*load_keras(models_dir, name))

    def scores(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Calibrated probabilities (n, 7) of gray chips (n, height, width) uint8; each row sums to 1."""
        return self.explained(chips)[0]

    def explained(self, chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """The probabilities, and the class activation maps (n, h, w, 7) where the network's end allows for them."""
        logits, *maps = self._run(self.card.input.prepare(chips))
        return self.card.probabilities(logits), maps[0] if maps else None


class Classify:
    """Scores every face that has a chip, and maps where its strongest expression is seen.

    With `mirrored`, both are means over the chip and its mirror image.
    """

    name = "classify"

    def __init__(self, classifier: Classifier, mirrored: bool = False) -> None:
        self.classifier, self.mirrored = classifier, mirrored

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        chips = [face.chip for face in faces if face.chip is not None]
        if not chips:
            return faces
        scores, maps = self._answers(np.stack(chips))
        places = iter(range(len(chips)))
        return tuple(face if face.chip is None else _scored(face, scores, maps, next(places)) for face in faces)

    def _answers(self, chips: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        if not self.mirrored:
            return self.classifier.explained(chips)
        scores, maps = self.classifier.explained(np.concatenate([chips, chips[:, :, ::-1]]))
        count = len(chips)
        mean = np.asarray((scores[:count] + scores[count:]) / 2, np.float32)
        return mean, None if maps is None else np.asarray((maps[:count] + maps[count:, :, ::-1]) / 2, np.float32)


def _scored(face: Face, scores: NDArray[np.float32], maps: NDArray[np.float32] | None, place: int) -> Face:
    heatmap = None if maps is None else normalized(maps[place, :, :, int(scores[place].argmax())])
    return replace(face, scores=scores[place], heatmap=heatmap)
