"""DeXpression (Burkert et al. 2015, "DeXpression: Deep Convolutional Neural Network for Expression Recognition").

Two FeatEx blocks, each of two branches: a 1x1 before a 3x3 convolution, and a 3x3 maximum before a 1x1 convolution.
The paper's pictures have 224 pixels; ours have 48, so the first block has half of the paper's widths and the last
pooling is the mean. Batch normalization stands in for the paper's local response normalization.
"""

from __future__ import annotations

from fer_web.study.lab.networks.blocks import Layers, Plan, Tensor, convolution, halve


def dexpression(layers: Layers, x: Tensor, plan: Plan) -> Tensor:
    """A 7x7 convolution, and FeatEx at a quarter and at an eighth of the picture's size."""
    x = halve(layers, convolution(layers, x, 32, "stem", plan, size=7, stride=2), "stem")
    x = halve(layers, _featex(layers, x, (48, 104, 32), "featex1", plan), "featex1")
    return _featex(layers, x, (96, 208, 64), "featex2", plan)


def _featex(layers: Layers, x: Tensor, widths: tuple[int, int, int], name: str, plan: Plan) -> Tensor:
    narrow, wide, pooled = widths
    left = convolution(layers, x, narrow, f"{name}_narrow", plan, size=1)
    left = convolution(layers, left, wide, f"{name}_wide", plan)
    right = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x)
    right = convolution(layers, right, pooled, f"{name}_pooled", plan, size=1)
    return layers.Concatenate(name=f"{name}_out")([left, right])
