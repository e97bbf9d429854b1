"""The network over all faces of a frame, in one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Faces, Frame
from fer_web.registry import ModelCard, load_model

LARGEST_WARMED_BATCH = 4


class Classifier:
    """An expression network, compiled once for any number of faces, and warmed; any thread may call it."""

    def __init__(self, model: Any, card: ModelCard) -> None:
        self.card = card
        self._logits = _compiled(model, card)
        for count in range(1, LARGEST_WARMED_BATCH + 1):
            self.scores(np.zeros((count, card.input.height, card.input.width), np.uint8))

    @classmethod
    def load(cls, models_dir: Path, name: str) -> Classifier:
        """The model of that name; ModelError when it is missing, damaged or not what its card says."""
        return cls(*load_model(models_dir, name))

    def scores(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Calibrated probabilities (n, 7) of gray chips (n, height, width) uint8; each row sums to 1."""
        logits = np.asarray(self._logits(self.card.input.prepare(chips)), np.float32)
        return softmax(logits / np.float32(self.card.temperature))


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def _compiled(model: Any, card: ModelCard) -> Callable[[NDArray[np.float32]], Any]:
    import keras

    if keras.backend.backend() != "tensorflow":
        return lambda inputs: keras.ops.convert_to_numpy(model(inputs, training=False))
    import tensorflow as tf

    signature = [tf.TensorSpec((None, card.input.height, card.input.width, 1), tf.float32)]

    run = tf.function(lambda inputs: model(inputs, training=False), input_signature=signature)
    return lambda inputs: run(tf.constant(inputs)).numpy()


class Classify:
    """Scores every face that has a chip; with `mirrored`, the mean over the chip and its mirror image."""

    name = "classify"

    def __init__(self, classifier: Classifier, mirrored: bool = False) -> None:
        self.classifier, self.mirrored = classifier, mirrored

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        chips = [face.chip for face in faces if face.chip is not None]
        if not chips:
            return faces
        answers = iter(self._scores(np.stack(chips)))
        return tuple(face if face.chip is None else replace(face, scores=next(answers)) for face in faces)

    def _scores(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        if not self.mirrored:
            return self.classifier.scores(chips)
        both = self.classifier.scores(np.concatenate([chips, chips[:, :, ::-1]]))
        return np.asarray((both[: len(chips)] + both[len(chips) :]) / 2, np.float32)
