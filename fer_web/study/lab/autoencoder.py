"""A small convolutional auto-encoder: what it keeps of a picture is what boosted trees are given.

It learns on Training's pictures without their labels. Its code is 6 x 6 x 16 = 576 values.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from fer_web.study.lab.system import FitContext, Pictures
from fer_web.study.training.backend import seed_everything
from fer_web.study.training.files import write_arrays

Array = NDArray[np.float32]

WIDTHS = (16, 32, 16)
BATCH = 128
QUICK_EPOCHS = 1
WEIGHTS = "autoencoder.npz"


def encoder_of(task: FitContext) -> Callable[[Pictures], Array]:
    """The auto-encoder's first half as (n, 576) of pictures, trained unless this run has done so before."""
    whole, encoder = build_autoencoder(task.seed)
    path = task.weights / WEIGHTS
    if path.is_file():
        with np.load(path) as saved:
            whole.set_weights([saved[name] for name in sorted(saved.files)])
    else:
        epochs = QUICK_EPOCHS if task.is_quick else task.config["autoencoder_epochs"]
        _train(whole, evened(task.data.training.pixels), epochs, task)
        write_arrays(path, {f"w{index:02d}": value for index, value in enumerate(whole.get_weights())})

    def encode(pictures: Pictures) -> Array:
        parts = [
            np.asarray(encoder.predict_on_batch(evened(pictures[start : start + BATCH])))
            for start in range(0, len(pictures), BATCH)
        ]
        return np.concatenate(parts).astype(np.float32)

    return encode


def build_autoencoder(seed: int) -> tuple[Any, Any]:
    """The whole network, picture -> picture, and its first half, picture -> code."""
    import keras

    seed_everything(seed)
    layers = keras.layers
    picture = keras.Input((48, 48, 1))
    x = picture
    for width in WIDTHS:
        x = layers.Conv2D(width, 3, strides=2, padding="same", activation="elu")(x)
    code = layers.Flatten()(x)
    for width in reversed(WIDTHS):
        x = layers.Conv2DTranspose(width, 3, strides=2, padding="same", activation="elu")(x)
    whole = keras.Model(picture, layers.Conv2D(1, 3, padding="same")(x))
    whole.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse")
    return whole, keras.Model(picture, code)


def evened(pictures: Pictures) -> Array:
    """(n, 48, 48, 1) of zero mean and unit deviation in every picture."""
    images = pictures[..., np.newaxis].astype(np.float32)
    mean, deviation = images.mean(axis=(1, 2), keepdims=True), images.std(axis=(1, 2), keepdims=True)
    return np.asarray((images - mean) / (deviation + 1), dtype=np.float32)


def _train(whole: Any, images: Array, epochs: int, task: FitContext) -> None:
    rng = np.random.default_rng(task.seed)
    for epoch in range(epochs):
        order = rng.permutation(len(images))
        starts = range(0, len(order), BATCH)
        title = f"auto-encoder, epoch {epoch + 1} of {epochs}"
        for start in tqdm(starts, desc=title, unit="batch", disable=task.is_quiet):
            rows = order[start : start + BATCH]
            whole.train_on_batch(images[rows], images[rows])
