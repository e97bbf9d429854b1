"""DeXpression (Burkert et al. 2015, "DeXpression: Deep Convolutional Neural Network for Expression Recognition").

Two FeatEx blocks, each of two branches: a 1x1 before a 3x3 convolution, and a 3x3 maximum before a 1x1 convolution.
The paper's pictures have 224 pixels; ours have 48, so the first block has half of the paper's widths and the last
pooling is the mean. Batch normalization stands in for the paper's local response normalization.
"""

from __future__ import annotations

from fer_web.study.networks.blocks import HeadSpec, Layers, Tensor, he_convolution, max_halved


def dexpression(layers: Layers, x: Tensor, spec: HeadSpec) -> Tensor:
    """A 7x7 convolution, and FeatEx at a quarter and at an eighth of the picture's size."""
    x = max_halved(layers, he_convolution(layers, x, 32, "stem", spec, size=7, stride=2), "stem")
    x = max_halved(layers, _featex(layers, x, (48, 104, 32), "featex1", spec), "featex1")
    return _featex(layers, x, (96, 208, 64), "featex2", spec)


def _featex(layers: Layers, x: Tensor, widths: tuple[int, int, int], name: str, spec: HeadSpec) -> Tensor:
    narrow, wide, pooled = widths
    left = he_convolution(layers, x, narrow, f"{name}_narrow", spec, size=1)
    left = he_convolution(layers, left, wide, f"{name}_wide", spec)
    right = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x)
    right = he_convolution(layers, right, pooled, f"{name}_pooled", spec, size=1)
    return layers.Concatenate(name=f"{name}_out")([left, right])
