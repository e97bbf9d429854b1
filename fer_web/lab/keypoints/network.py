"""The residual network that places 15 keypoints, and the same body as an expression network.

Blocks are He et al. 2016's ("Deep Residual Learning"): an identity block keeps the shape, a convolution block changes
it and has a 1x1 convolution in its shortcut; here with separable convolutions (Chollet 2017), to run on a CPU. Points
are not read from a mean over places, which would forget where things are: a map per point is turned into shares of 1
and each place's coordinates are averaged by them (Sun et al. 2018, "Integral Human Pose Regression").
Widths are 16 and more, because TensorFlow's depthwise kernels fail below.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import COUNT
from fer_web.lab.keypoints.faces import SIDE_PX
from fer_web.lab.networks.blocks import Layers, Plan, Tensor, standardized

STEM = 24
WIDTHS = ((64, 1), (128, 2))  # a stage's channels, and its identity blocks after the convolution block
HEAD = 48


def keypoint_network(layers: Layers | None = None) -> Any:
    """Prepared faces (n, 96, 96, 1) to points (n, 15, 2) in their pixels, untrained."""
    import keras

    layers = layers or keras.layers
    image = layers.Input((SIDE_PX, SIDE_PX, 1), name="image")
    fine, coarse = _stages(layers, standardized(layers, image), stride=4)
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


def residual(layers: Layers, image: Tensor, plan: Plan) -> Tensor:  # noqa: ARG001
    """The same body over FER2013's smaller pictures, as a trunk of the laboratory's networks.

    The first convolution takes smaller steps in them, so that all stages see as much.
    """
    return _stages(layers, image, stride=2)[-1]


def place_coordinates(side: int) -> NDArray[np.float32]:
    """Where the middles of `side` by `side` cells lie in the picture, (side * side, 2) pixels, row by row."""
    cell = SIDE_PX / side
    middles = (np.arange(side) + 0.5) * cell - 0.5
    x, y = np.meshgrid(middles, middles)
    return np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)


def _stages(layers: Layers, x: Tensor, stride: int) -> Sequence[Tensor]:
    """The stages' outputs, each of half the size of the one before: 12 and 6 places a side for faces of 96 pixels."""
    x = layers.Conv2D(STEM, 5, strides=stride, padding="same", use_bias=False, name="stem")(x)
    x = _active(layers, layers.BatchNormalization(name="stem_norm")(x), "stem")
    x = _identity_block(layers, x, "stem_1")
    stages = []
    for number, (width, identities) in enumerate(WIDTHS, start=1):
        x = _convolution_block(layers, x, width, f"stage{number}_0")
        for block in range(1, identities + 1):
            x = _identity_block(layers, x, f"stage{number}_{block}")
        stages.append(x)
    return stages


def _convolution_block(layers: Layers, x: Tensor, width: int, name: str) -> Tensor:
    """Half the size by means over 2x2, and `width` channels."""
    shortcut = layers.AveragePooling2D(2, name=f"{name}_shortcut_halve")(x)
    shortcut = layers.Conv2D(width, 1, use_bias=False, name=f"{name}_shortcut")(shortcut)
    shortcut = layers.BatchNormalization(name=f"{name}_shortcut_norm")(shortcut)
    x = _active(layers, _separable(layers, x, width, f"{name}_a", halve=True), f"{name}_a")
    x = _separable(layers, x, width, f"{name}_b")
    return _active(layers, layers.Add(name=f"{name}_add")([x, shortcut]), name)


def _identity_block(layers: Layers, x: Tensor, name: str) -> Tensor:
    shortcut, width = x, x.shape[-1]
    x = _active(layers, _separable(layers, x, width, f"{name}_a"), f"{name}_a")
    x = _separable(layers, x, width, f"{name}_b")
    return _active(layers, layers.Add(name=f"{name}_add")([x, shortcut]), name)


def _around(layers: Layers, fine: Tensor, coarse: Tensor) -> Tensor:
    """What the last stage knows of the whole face, brought to where the stage before sees details."""
    coarse = layers.Conv2D(HEAD, 1, use_bias=False, name="coarse")(coarse)
    coarse = layers.UpSampling2D(2, name="coarse_double")(layers.BatchNormalization(name="coarse_norm")(coarse))
    fine = layers.Conv2D(HEAD, 1, use_bias=False, name="fine")(fine)
    fine = layers.BatchNormalization(name="fine_norm")(fine)
    x = _active(layers, layers.Add(name="head_add")([fine, coarse]), "head")
    return _active(layers, _separable(layers, x, HEAD, "head"), "head_out")


def _separable(layers: Layers, x: Tensor, width: int, name: str, *, halve: bool = False) -> Tensor:
    """A depthwise 3x3 that looks around, then a 1x1 that mixes channels."""
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depth")(x)
    if halve:
        x = layers.AveragePooling2D(2, name=f"{name}_halve")(x)
    x = layers.Conv2D(width, 1, use_bias=False, name=name)(x)
    return layers.BatchNormalization(name=f"{name}_norm")(x)


def _active(layers: Layers, x: Tensor, name: str) -> Tensor:
    return layers.Activation("relu", name=f"{name}_relu")(x)
