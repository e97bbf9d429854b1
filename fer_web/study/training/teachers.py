"""What trained networks answer for every training picture, for a student to learn from.

The logits of all teachers are averaged over each picture, its mirror image and small shifts, and kept in a file, so
that a student's run costs no more for having teachers (Hinton et al. 2015; Beyer et al. 2022 compute them anew for
every augmented view instead, which is better where time allows).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.registry.catalog import load_model, verify_lite
from fer_web.registry.litert import LiteModel
from fer_web.study.networks import LABELS
from fer_web.study.training.backend import calculating_in, training_layers
from fer_web.study.training.checkpoint import DESCRIPTION
from fer_web.study.training.config import read_config
from fer_web.study.training.dataset import SIDE_PX
from fer_web.study.training.predict import Columns, predict
from fer_web.study.training.task import expression_network
from fer_web.study.training.weights import load_best, take

SHIFTS = ((0, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))


def trained_network(run: Path) -> Any:
    """The training model of a finished run with the weights that were chosen, or a published `.keras` file's model."""
    if run.suffix == ".keras":
        return load_model(run.parent, run.stem)[0]
    config = read_config(run / DESCRIPTION)
    with calculating_in(config.precision):
        model = expression_network(config, SIDE_PX, training_layers())
    take(model, load_best(run)[0])
    return model


def teacher(run: Path) -> Any:
    """What answers as a finished run does, or as a published model: those by LiteRT, ten times as fast on a CPU."""
    if run.suffix != ".keras":
        return trained_network(run)
    verify_lite(run.parent, run.stem)
    return _Published(LiteModel.read(run.with_suffix(".tflite")))


class _Published:
    """A published network that is asked like a Keras model."""

    def __init__(self, network: LiteModel) -> None:
        self._network = network

    def predict_on_batch(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Logits (n, 7) for prepared chips (n, h, w, 1); the network's other output are its maps."""
        return np.concatenate([next(one for one in self._network(image[None]) if one.ndim == 2) for image in images])


def mean_logits(models: Sequence[Any], pictures: NDArray[np.uint8], shifts: Sequence[tuple[int, int]]) -> Columns:
    """Logits (n, 7) averaged over models, mirror images and shifts of (down, right) pixels."""
    from tqdm import tqdm

    total = np.zeros((len(pictures), LABELS), dtype=np.float32)
    with tqdm(total=2 * len(shifts) * len(models) * len(pictures), desc="answers", unit="picture") as bar:
        for down, right in shifts:
            moved = _moved(pictures, down, right)
            for model, seen in product(models, (moved, moved[:, :, ::-1])):
                total += predict(model, seen, SIDE_PX, tell=bar.update)[:, :LABELS]
    return (total / (2 * len(shifts) * len(models))).astype(np.float32)


def _moved(pictures: NDArray[np.uint8], down: int, right: int) -> NDArray[np.uint8]:
    """Pictures shifted by whole pixels, their borders repeated."""
    padded = np.pad(pictures, ((0, 0), (1, 1), (1, 1)), mode="edge")
    height, width = pictures.shape[1:]
    return padded[:, 1 - down : 1 - down + height, 1 - right : 1 - right + width]
