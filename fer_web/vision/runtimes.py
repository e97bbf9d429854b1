"""A model as one function of prepared faces, whatever runs its networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import ModelError
from fer_web.registry import EXPRESSION, ModelCard, load_model, networks_of, verify_lite, verify_model
from fer_web.registry.litert import Arrays, LiteModel
from fer_web.registry.pool import pooled
from fer_web.vision.crew import each

# Prepared faces (n, height, width, 1) to the answers (n, ...), and class activation maps (n, h, w, 7) if it has any.
Run: TypeAlias = Callable[[NDArray[np.float32]], Arrays]


def load_lite(directory: Path, name: str, task: str = EXPRESSION) -> tuple[Run, ModelCard]:
    """A model's .tflite files, run by LiteRT, and its card; ModelError: one is missing or not what the card says."""
    card = verify_lite(directory, name, task)
    networks = [_lite_network(directory, one) for one in networks_of(directory, card)]

    def run(faces: NDArray[np.float32]) -> Arrays:
        asked = list(product(networks, range(len(faces))))
        found = each(lambda one: one[0](faces[one[1] : one[1] + 1]), asked)
        starts = range(0, len(found), len(faces))
        return _together([_stacked(found[start : start + len(faces)]) for start in starts], card)

    return run, card


def _lite_network(directory: Path, card: ModelCard) -> Run:
    """Of one face (1, height, width, 1) to its answers, the logits or keypoints first."""
    network, spec = LiteModel.read(directory / f"{card.name}.tflite"), card.input
    if network.input_shape != (1, spec.height, spec.width, 1):
        wanted = (1, spec.height, spec.width, 1)
        raise ModelError(f"{card.name}.tflite takes {network.input_shape}; its card says {wanted}")
    answers = [place for place, shape in enumerate(network.output_shapes) if shape[1:] == card.output_shape]
    if not answers:
        raise ModelError(f"{card.name}.tflite answers {network.output_shapes}; its card says {(1, *card.output_shape)}")
    order = [answers[0], *(place for place in range(len(network.output_shapes)) if place != answers[0])]

    def run(face: NDArray[np.float32]) -> Arrays:
        outputs = network(face)
        return [outputs[place] for place in order]

    return run


def _stacked(answers: Sequence[Arrays]) -> Arrays:
    return [np.concatenate(kind) for kind in zip(*answers, strict=True)]


def _together(answers: Sequence[Arrays], card: ModelCard) -> Arrays:
    return pooled(answers, list(card.parts.values())) if card.parts else answers[0]


def load_keras(directory: Path, name: str, task: str = EXPRESSION) -> tuple[Run, ModelCard]:
    """A model's .keras files, compiled by TensorFlow and warmed, and its card; ModelError likewise."""
    card = verify_model(directory, name)
    networks = [_keras_network(directory, one.name, task) for one in networks_of(directory, card)]
    return lambda faces: _together([network(faces) for network in networks], card), card


def _keras_network(directory: Path, name: str, task: str) -> Run:
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
    return run
