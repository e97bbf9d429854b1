"""The networks that this program can build: separable ones to serve, dense ones to teach them.

Every network is `image -> logits`; the image is the float output of `InputSpec.prepare`, (height, width, 1).
Sizes are free while training, so that a run can start on small pictures. The first layer gives each picture
zero mean and unit deviation: brightness and contrast of a camera do not reach the convolutions.

Served networks are separable throughout (Chollet 2017, "Xception"): beyond the stem's first convolution, all others
are 3x3 depthwise or 1x1. Their widths are 16 and more, because TensorFlow's depthwise kernels fail below.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from fer_web.errors import ModelError

LABELS = 7
VOTES = 8  # FER+'s emotions: the seven and contempt

Tensor = Any
Layers = Any  # `keras.layers`, or a namespace with faster layers of the same names and weights


@dataclass(frozen=True)
class Heads:
    """What a network answers besides the logits of the seven emotions, and how it is regularized."""

    votes: bool = False
    dropout: float = 0.0


PLAIN = Heads()
Body = Callable[[Layers, Tensor], Tensor]


def _norm(layers: Layers, x: Tensor, name: str, *, active: bool = True) -> Tensor:
    x = layers.BatchNormalization(name=f"{name}_norm")(x)
    return layers.Activation("relu", name=f"{name}_relu")(x) if active else x


def _conv(
    layers: Layers, x: Tensor, width: int, name: str, *, size: int = 3, stride: int = 1, active: bool = True
) -> Tensor:
    x = layers.Conv2D(width, size, strides=stride, padding="same", use_bias=False, name=name)(x)
    return _norm(layers, x, name, active=active)


def _halve(layers: Layers, x: Tensor, name: str) -> Tensor:
    """Half the size by 2x2 means: cheaper to train on a CPU than strides or Xception's overlapping maximum."""
    return layers.AveragePooling2D(2, name=f"{name}_halve")(x)


def _separable(layers: Layers, x: Tensor, width: int, name: str, *, halve: bool = False, active: bool = True) -> Tensor:
    """A depthwise 3x3 that looks around, then a 1x1 that mixes channels."""
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depth")(x)
    if halve:
        x = _halve(layers, x, name)
    return _conv(layers, x, width, name, size=1, active=active)


def _squeeze_excite(layers: Layers, x: Tensor, name: str, *, ratio: int = 8) -> Tensor:
    """Channels weighted by what the whole picture shows (Hu et al. 2018, "Squeeze-and-Excitation Networks")."""
    width = x.shape[-1]
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
    gate = layers.Conv2D(max(16, width // ratio), 1, activation="relu", name=f"{name}_reduce")(gate)
    gate = layers.Conv2D(width, 1, activation="sigmoid", name=f"{name}_excite")(gate)
    return layers.Multiply(name=f"{name}_scale")([x, gate])


def _join(layers: Layers, x: Tensor, shortcut: Tensor, name: str) -> Tensor:
    return layers.Activation("relu", name=f"{name}_out")(layers.Add(name=f"{name}_add")([x, shortcut]))


def _xception_block(layers: Layers, x: Tensor, width: int, name: str, *, halve: bool, excite: bool) -> Tensor:
    """Two separable convolutions beside a shortcut, as in Xception; an entry block's second one halves the size."""
    shortcut = x
    if halve:
        shortcut = _halve(layers, x, f"{name}_shortcut")
        shortcut = _conv(layers, shortcut, width, f"{name}_shortcut", size=1, active=False)
    x = _separable(layers, x, width // 2 if halve else width, f"{name}_a")
    x = _separable(layers, x, width, f"{name}_b", halve=halve, active=False)
    if excite:
        x = _squeeze_excite(layers, x, name)
    return _join(layers, x, shortcut, name)


def _xception(stem: int, stages: tuple[tuple[int, int], ...]) -> Body:
    """`stages` are (width, blocks): each starts by halving the picture's size."""

    def body(layers: Layers, x: Tensor) -> Tensor:
        x = _conv(layers, x, stem, "stem")
        for number, (width, blocks) in enumerate(stages, start=1):
            for block in range(blocks):
                x = _xception_block(layers, x, width, f"stage{number}_{block}", halve=block == 0, excite=number > 1)
        return x

    return body


def _residual_block(layers: Layers, x: Tensor, width: int, name: str, *, stride: int) -> Tensor:
    shortcut = x
    if stride > 1 or x.shape[-1] != width:
        shortcut = _conv(layers, x, width, f"{name}_shortcut", size=1, stride=stride, active=False)
    x = _conv(layers, x, width, f"{name}_a", stride=stride)
    x = _conv(layers, x, width, f"{name}_b", active=False)
    return _join(layers, x, shortcut, name)


def _resnet(stem: int, stages: tuple[tuple[int, int], ...]) -> Body:
    """He et al. 2016, "Deep Residual Learning", without the early pooling that 48 pixels cannot afford."""

    def body(layers: Layers, x: Tensor) -> Tensor:
        x = _conv(layers, x, stem, "stem")
        for number, (width, blocks) in enumerate(stages, start=1):
            for block in range(blocks):
                stride = 2 if block == 0 else 1
                x = _residual_block(layers, x, width, f"stage{number}_{block}", stride=stride)
        return x

    return body


def _vgg(stages: tuple[tuple[int, int], ...]) -> Body:
    """Simonyan and Zisserman 2015; a strided convolution opens each stage but the first instead of pooling."""

    def body(layers: Layers, x: Tensor) -> Tensor:
        for number, (width, depth) in enumerate(stages):
            for step in range(depth):
                stride = 2 if number and step == 0 else 1
                x = _conv(layers, x, width, f"stage{number}_{step}", stride=stride)
        return x

    return body


BODIES: Mapping[str, Body] = MappingProxyType(
    {
        "xception": _xception(16, ((32, 1), (128, 3), (384, 4))),
        "xception-small": _xception(16, ((48, 1), (96, 2), (176, 3))),
        "resnet": _resnet(32, ((48, 1), (112, 2), (256, 1))),
        "vgg": _vgg(((32, 1), (64, 2), (128, 3), (256, 3))),
    }
)


def build_network(
    name: str,
    *,
    heads: Heads = PLAIN,
    size: tuple[int, int] | None = None,
    layers: Layers | None = None,
    l2: float = 0.0,
) -> Any:
    """An untrained Keras model, images to logits: (n, 7), or (n, 15) with the votes' head.

    `l2` penalizes the kernels. `size` is (width, height), or None where it is free. ModelError for an unknown name.
    """
    import keras

    if name not in BODIES:
        raise ModelError(f"no network is called {name!r}; there are {', '.join(BODIES)}")
    layers = layers or keras.layers
    width, height = size or (None, None)
    image = layers.Input((height, width, 1), name="image")
    x = layers.LayerNormalization(
        axis=(1, 2, 3), center=False, scale=False, epsilon=1e-3, dtype="float32", name="standardize"
    )(image)
    x = BODIES[name](layers, x)
    x = layers.GlobalAveragePooling2D(name="pool")(x)
    if heads.dropout:
        x = layers.Dropout(heads.dropout, name="dropout")(x)
    logits = layers.Dense(LABELS, dtype="float32", name="emotion")(x)
    if heads.votes:
        votes = layers.Dense(VOTES, dtype="float32", name="votes")(x)
        logits = layers.Concatenate(dtype="float32", name="logits")([logits, votes])
    model = keras.Model(image, logits, name=name.replace("-", "_"))
    if l2:
        _penalize(model, l2)
    return model


def _penalize(model: Any, l2: float) -> None:
    """An L2 penalty on every kernel, the way the original program regularized its convolutions."""
    import keras

    for variable in model.trainable_variables:
        if variable.name == "kernel":
            variable.regularizer = keras.regularizers.L2(l2)
