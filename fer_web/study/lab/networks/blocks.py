"""What the laboratory's networks are built of, and the head that all of them share.

Every network is `(image, side inputs) -> columns`: the logits of the row's classes, then, while training, FER+'s votes
and the landmarks where the row learns from them. Pictures are sides of 32 or 48 pixels, so that runs can start small;
every pooling and the last grid divide both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fer_web.study.networks.build import VOTES

Tensor = Any
Layers = Any  # `keras.layers`, or a namespace with faster layers of the same names and weights
POINTS = 136  # 68 landmarks, x and y


@dataclass(frozen=True)
class Plan:
    """What a network is built for: `classes` to tell apart, `side` numbers given beside the picture (0: none).

    `normalized` is whether convolutions and dense layers have batch normalization; `votes` and `landmarks` are the
    auxiliary heads, which only training has.
    """

    classes: int = 7
    side: int = 0
    votes: bool = False
    landmarks: bool = False
    normalized: bool = True
    dropout: float = 0.0


Trunk = Callable[[Layers, Tensor, Plan], Tensor]


def active(layers: Layers, x: Tensor, name: str, plan: Plan) -> Tensor:
    """Batch normalization, where the plan has it, and a rectifier."""
    if plan.normalized:
        x = layers.BatchNormalization(name=f"{name}_norm")(x)
    return layers.Activation("relu", name=f"{name}_relu")(x)


def convolution(
    layers: Layers, x: Tensor, width: int, name: str, plan: Plan, *, size: int = 3, stride: int = 1
) -> Tensor:
    """A convolution that keeps the size (or divides it by `stride`), normalized and rectified."""
    convolve = layers.Conv2D(
        width, size, strides=stride, padding="same", use_bias=not plan.normalized, kernel_initializer=START, name=name
    )
    return active(layers, convolve(x), name, plan)


def dense(layers: Layers, x: Tensor, width: int, name: str, plan: Plan) -> Tensor:
    """A dense layer, normalized and rectified."""
    connect = layers.Dense(width, use_bias=not plan.normalized, kernel_initializer=START, name=name)
    return active(layers, connect(x), name, plan)


def halve(layers: Layers, x: Tensor, name: str) -> Tensor:
    """The largest of every 2x2 places."""
    return layers.MaxPooling2D(2, name=f"{name}_halve")(x)


def grid(layers: Layers, x: Tensor, name: str, side: int = 2) -> Tensor:
    """Means over `side` by `side` parts of the picture, (n, side * side * channels) whatever the picture's size."""
    pooled = layers.AveragePooling2D(x.shape[1] // side, name=f"{name}_grid")(x)
    return layers.Flatten(name=f"{name}_flat")(pooled)


def standardized(layers: Layers, image: Tensor) -> Tensor:
    """Each picture with zero mean and unit deviation, as the served networks have it."""
    return layers.LayerNormalization(
        axis=(1, 2, 3), center=False, scale=False, epsilon=1e-3, dtype="float32", name="standardize"
    )(image)


def head(layers: Layers, x: Tensor, maps: Tensor, plan: Plan) -> Tensor:
    """The columns that a network answers; `maps` are the last ones with places, from which landmarks are told."""
    if plan.dropout:
        x = layers.Dropout(plan.dropout, name="dropout")(x)
    columns = [layers.Dense(plan.classes, name="emotion")(x)]
    if plan.votes:
        columns.append(layers.Dense(VOTES, name="votes")(x))
    if plan.landmarks:
        # From zero, near where faces' points are on the mean: a wild first guess would drown the expressions.
        tell = layers.Dense(POINTS, kernel_initializer="zeros", name="landmarks")
        columns.append(tell(grid(layers, maps, "landmarks")))
    return columns[0] if len(columns) == 1 else layers.Concatenate(name="columns")(columns)


START = "he_normal"  # He et al. 2015: without normalization, narrower weights would starve the deep layers
