"""The residual network that places 15 keypoints.

Points are not read from a mean over places, which would forget where things are: a map per point is turned into shares
of 1, and the places' coordinates are averaged by them (Sun et al. 2018, "Integral Human Pose Regression").
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import COUNT
from fer_web.study.lab.keypoints.faces import SIDE_PX
from fer_web.study.networks.blocks import Layers, Tensor, convolution, join, separable, standardized
from fer_web.study.networks.residual import stages

HEAD = 48


def keypoint_network(layers: Layers | None = None) -> Any:
    """Prepared faces (n, 96, 96, 1) to points (n, 15, 2) in their pixels, untrained."""
    import keras

    layers = layers or keras.layers
    image = layers.Input((SIDE_PX, SIDE_PX, 1), name="image")
    fine, coarse = stages(layers, standardized(layers, image), stride=4)
    x = _around(layers, fine, coarse)
    x = layers.Conv2D(COUNT, 1, name="maps")(x)
    side = SIDE_PX // 8
    x = layers.Reshape((side * side, COUNT), dtype="float32", name="places")(x)
    x = layers.Permute((2, 1), dtype="float32", name="points")(x)
    x = layers.Softmax(dtype="float32", name="shares")(x)
    means = layers.Dense(2, dtype="float32", name="coordinates")
    x = means(x)
    means.set_weights([place_coordinates(side) - (SIDE_PX - 1) / 2, np.zeros(2, np.float32)])
    x = layers.Rescaling(1.0, offset=(SIDE_PX - 1) / 2, dtype="float32", name="pixels")(x)
    return keras.Model(image, x, name="keypoints")


def place_coordinates(side: int) -> NDArray[np.float32]:
    """Where the middles of `side` by `side` cells lie in the picture, (side * side, 2) pixels, row by row."""
    cell = SIDE_PX / side
    middles = (np.arange(side) + 0.5) * cell - 0.5
    x, y = np.meshgrid(middles, middles)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def _around(layers: Layers, fine: Tensor, coarse: Tensor) -> Tensor:
    """What the last stage knows of the whole face, brought to where the stage before sees details."""
    coarse = convolution(layers, coarse, HEAD, "coarse", size=1, active=False)
    coarse = layers.UpSampling2D(2, name="coarse_double")(coarse)
    fine = convolution(layers, fine, HEAD, "fine", size=1, active=False)
    return separable(layers, join(layers, fine, coarse, "head_both"), HEAD, "head", active=True)
