"""The original program's network (Arriaga et al. 2017, "Real-time Convolutional Neural Networks").

Four residual modules of separable convolutions, 16 to 128 channels. The paper's first two convolutions have 8 channels;
ours have 16, because TensorFlow's depthwise kernels fail below that while training.
"""

from __future__ import annotations

from fer_web.study.lab.networks.blocks import Layers, Plan, Tensor, active, convolution

STEM = 16


def mini_xception(layers: Layers, x: Tensor, plan: Plan) -> Tensor:
    """Two convolutions at full size, then modules that halve it."""
    for name in ("stem_a", "stem_b"):
        x = convolution(layers, x, STEM, name, plan)
    for number, width in enumerate((16, 32, 64, 128), start=1):
        x = _module(layers, x, width, f"module{number}", plan)
    return x


def _module(layers: Layers, x: Tensor, width: int, name: str, plan: Plan) -> Tensor:
    shortcut = _plain(layers, x, width, f"{name}_shortcut", stride=2)
    x = active(layers, _separable(layers, x, width, f"{name}_a"), f"{name}_a_active", plan)
    x = _separable(layers, x, width, f"{name}_b")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{name}_halve")(x)
    return layers.Add(name=f"{name}_add")([x, shortcut])


def _separable(layers: Layers, x: Tensor, width: int, name: str) -> Tensor:
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name=f"{name}_depth")(x)
    return _plain(layers, x, width, name)


def _plain(layers: Layers, x: Tensor, width: int, name: str, stride: int = 1) -> Tensor:
    x = layers.Conv2D(width, 1, strides=stride, padding="same", use_bias=False, name=name)(x)
    return layers.BatchNormalization(name=f"{name}_norm")(x)
