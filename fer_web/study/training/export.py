"""A .keras model as the .tflite file that LiteRT runs: for one face, in full precision, with its activation maps."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.errors import ModelError
from fer_web.registry import EXPRESSION, KEYPOINTS, ModelCard, load_model, sha256_of
from fer_web.registry.litert import LiteModel
from fer_web.vision.explain import with_maps

# Both runtimes answer the same up to rounding: logits differ by about 1e-6, keypoints by 1e-4 pixels.
LARGEST_DIFFERENCE = {EXPRESSION: 1e-4, KEYPOINTS: 1e-3}
TRIED = 16


def export(directory: Path, name: str) -> ModelCard:
    """Writes `<name>.tflite` beside `<name>.keras` and its hash into the card, which is returned.

    ModelError when the model is no use, or LiteRT would answer otherwise than Keras does.
    """
    model, card = load_model(directory, name, None)
    if card.parts:
        raise ModelError(f"{name} has no file of its own: export its parts, {' and '.join(card.parts)}")
    answering = with_maps(model) if card.task == EXPRESSION else model
    content = converted(answering, card)
    _compare(answering, content, card)
    path = directory / f"{name}.tflite"
    partial = directory / f".{name}.partial.tflite"
    partial.write_bytes(content)
    exported = replace(card, tflite_sha256=sha256_of(partial))
    partial.replace(path)
    exported.write(path.with_suffix(".json"))
    return exported


def export_anyhow(directory: Path, name: str) -> ModelCard:
    """The same whatever Keras runs on here: by a process of its own on TensorFlow; the card.

    Where TensorFlow is not installed nothing is written: `fer-web export NAME` does it elsewhere.
    """
    import keras

    if keras.backend.backend() == "tensorflow":
        return export(directory, name)
    if find_spec("tensorflow") is not None:
        command = [sys.executable, "-m", "fer_web", "export", name, "--models", str(directory)]
        environment = {**os.environ, "KERAS_BACKEND": "tensorflow"}
        subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    return ModelCard.read(directory / f"{name}.json")


def converted(model: Any, card: ModelCard) -> bytes:
    """The .tflite file of a Keras model for one face of the card's size."""
    import keras
    import tensorflow as tf

    shape = (1, card.input.height, card.input.width, 1)
    with tempfile.TemporaryDirectory() as folder:
        signature = [keras.InputSpec(shape=shape, dtype="float32")]
        model.export(folder, format="tf_saved_model", verbose=False, input_signature=signature)
        content: bytes = tf.lite.TFLiteConverter.from_saved_model(folder).convert()
    return content


def _compare(model: Any, content: bytes, card: ModelCard) -> None:
    lite = LiteModel(content, card.name)
    faces = np.random.default_rng(0).uniform(card.input.low, card.input.high, (TRIED, *lite.input_shape[1:]))
    for face in np.asarray(faces, np.float32):
        expected = model(face[np.newaxis], training=False)
        wanted = [np.asarray(part) for part in (expected if isinstance(expected, list) else [expected])]
        found = {part.shape: part for part in lite(face[np.newaxis])}
        for part in wanted:
            difference = float(np.abs(found[part.shape] - part).max()) if part.shape in found else np.inf
            if not difference <= LARGEST_DIFFERENCE[card.task]:
                raise ModelError(f"{card.name} answers otherwise as .tflite: by up to {difference:.2g}")
