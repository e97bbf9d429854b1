"""What all networks are built of, and the head that they share.

Every network is `(image, side inputs) -> columns`; the image is the float output of `InputSpec.prepare`. Columns are
the logits of the classes, then, while training, FER+'s votes and landmarks where a run learns from them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LABELS = 7
VOTES = 8  # FER+'s emotions: the seven and contempt
POINTS = 136  # 68 landmarks, x and y
HE = "he_normal"  # He et al. 2015: without normalization, narrower weights would starve the deep layers

Tensor = Any
Layers = Any  # `keras.layers`, or a namespace with faster layers of the same names and weights


@dataclass(frozen=True)
class HeadSpec:
    """What a network is built for: `classes` to tell apart, `side` numbers given beside the image (0: none).

    `normalized` is whether the laboratory's layers have batch normalization; `votes` and `landmarks` are the auxiliary
    heads, which only training has.
    """

    classes: int = LABELS
    side: int = 0
    votes: bool = False
    landmarks: bool = False
    normalized: bool = True
    dropout: float = 0.0


Trunk = Callable[[Layers, Tensor, HeadSpec], Tensor]


def rectified(layers: Layers, x: Tensor, name: str) -> Tensor:
    return layers.Activation("relu", name=f"{name}_relu")(x)


def normalized(layers: Layers, x: Tensor, name: str) -> Tensor:
    return layers.BatchNormalization(name=f"{name}_norm")(x)


def convolution(
    layers: Layers,
    x: Tensor,
    width: int,
    name: str,
    *,
    size: int = 3,
    stride: int = 1,
    active: bool = True,
    biased: bool = False,
    start: str = "glorot_uniform",
) -> Tensor:
    """A convolution that keeps the size (or divides it by `stride`), normalized unless it is `biased`, rectified."""
    convolve = layers.Conv2D(
        width, size, strides=stride, padding="same", use_bias=biased, kernel_initializer=start, name=name
    )
    x = convolve(x) if biased else normalized(layers, convolve(x), name)
    return rectified(layers, x, name) if active else x


def he_convolution(
    layers: Layers, x: Tensor, width: int, name: str, spec: HeadSpec, *, size: int = 3, stride: int = 1
) -> Tensor:
    """The laboratory's convolution: as `spec` says with batch normalization or without."""
    return convolution(layers, x, width, name, size=size, stride=stride, biased=not spec.normalized, start=HE)


def he_dense(layers: Layers, x: Tensor, width: int, name: str, spec: HeadSpec) -> Tensor:
    """A dense layer, normalized where the spec says so, and rectified."""
    x = layers.Dense(width, use_bias=not spec.normalized, kernel_initializer=HE, name=name)(x)
    return rectified(layers, normalized(layers, x, name) if spec.normalized else x, name)


def separable(layers: Layers, x: Tensor, width: int, name: str, *, halve: bool = False, active: bool = False) -> Tensor:
    """A depthwise 3x3 that looks around, then a 1x1 that mixes channels (Chollet 2017, "Xception")."""
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depth")(x)
    if halve:
        x = mean_halved(layers, x, name)
    return convolution(layers, x, width, name, size=1, active=active)


def mean_halved(layers: Layers, x: Tensor, name: str) -> Tensor:
    """Half the size by 2x2 means: cheaper to train on a CPU than strides or Xception's overlapping maximum."""
    return layers.AveragePooling2D(2, name=f"{name}_halve")(x)


def max_halved(layers: Layers, x: Tensor, name: str) -> Tensor:
    """The largest of every 2x2 places."""
    return layers.MaxPooling2D(2, name=f"{name}_halve")(x)


def join(layers: Layers, x: Tensor, shortcut: Tensor, name: str) -> Tensor:
    return layers.Activation("relu", name=f"{name}_out")(layers.Add(name=f"{name}_add")([x, shortcut]))


def grid(layers: Layers, x: Tensor, name: str, side: int = 2) -> Tensor:
    """Means over `side` by `side` parts of the image, (n, side * side * channels) whatever the image's size."""
    pooled = layers.AveragePooling2D(x.shape[1] // side, name=f"{name}_grid")(x)
    return layers.Flatten(name=f"{name}_flat")(pooled)


def standardized(layers: Layers, image: Tensor) -> Tensor:
    """Zero mean and unit deviation for each image: a camera's brightness and contrast do not reach the convolutions."""
    return layers.LayerNormalization(
        axis=(1, 2, 3), center=False, scale=False, epsilon=1e-3, dtype="float32", name="standardize"
    )(image)


def head(layers: Layers, x: Tensor, maps: Tensor, spec: HeadSpec) -> Tensor:
    """The columns that a network answers; `maps` are the last ones with places, from which landmarks are told."""
    if spec.dropout:
        x = layers.Dropout(spec.dropout, name="dropout")(x)
    columns = [layers.Dense(spec.classes, dtype="float32", name="emotion")(x)]
    if spec.votes:
        columns.append(layers.Dense(VOTES, dtype="float32", name="votes")(x))
    if spec.landmarks:
        # From zero, near where faces' points are on the mean: a wild first guess would drown the expressions.
        tell = layers.Dense(POINTS, kernel_initializer="zeros", dtype="float32", name="landmarks")
        columns.append(tell(grid(layers, maps, "landmarks")))
    return columns[0] if len(columns) == 1 else layers.Concatenate(dtype="float32", name="columns")(columns)
