"""A network as one function of prepared faces, whatever runs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import ModelError
from fer_web.registry import EXPRESSION, ModelCard, load_model, verify_lite
from fer_web.registry.litert import Arrays, LiteModel
from fer_web.vision.crew import each

# Prepared faces (n, height, width, 1) to the answers (n, ...), and class activation maps (n, h, w, 7) if it has any.
Run: TypeAlias = Callable[[NDArray[np.float32]], Arrays]


def load_lite(directory: Path, name: str, task: str = EXPRESSION) -> tuple[Run, ModelCard]:
    """A model's .tflite file, run by LiteRT, and its card; ModelError when it is missing or not what the card says."""
    card = verify_lite(directory, name, task)
    network = LiteModel.read(directory / f"{name}.tflite")
    spec = card.input
    if network.input_shape != (1, spec.height, spec.width, 1):
        raise ModelError(f"{name}.tflite takes {network.input_shape}; its card says {(1, spec.height, spec.width, 1)}")
    answers = [place for place, shape in enumerate(network.output_shapes) if shape[1:] == card.output_shape]
    if not answers:
        raise ModelError(f"{name}.tflite answers {network.output_shapes}; its card says {(1, *card.output_shape)}")
    order = [answers[0], *(place for place in range(len(network.output_shapes)) if place != answers[0])]

    def run(faces: NDArray[np.float32]) -> Arrays:
        found = each(lambda place: network(faces[place : place + 1]), range(len(faces)))
        return [np.concatenate([outputs[place] for outputs in found]) for place in order]

    return run, card


def load_keras(directory: Path, name: str, task: str = EXPRESSION) -> tuple[Run, ModelCard]:
    """A model's .keras file, compiled by TensorFlow and warmed, and its card; ModelError likewise."""
    from fer_web.vision.compiled import LARGEST_WARMED_BATCH, compiled, use_one_thread
    from fer_web.vision.explain import with_maps

    try:
        use_one_thread()
    except ImportError as error:
        raise ModelError("Keras with TensorFlow is not installed: pip install -r requirements.txt") from error
    model, card = load_model(directory, name, task)
    run = compiled(with_maps(model) if task == EXPRESSION else model, card.input)
    for count in range(1, LARGEST_WARMED_BATCH + 1):
        run(np.zeros((count, card.input.height, card.input.width, 1), np.float32))
    return run, card
