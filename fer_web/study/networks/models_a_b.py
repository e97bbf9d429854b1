"""Model A and Model B of the study of landmarks and HOG features as further inputs of a network.

Read from the study's published program (amineHorseman, facial-expression-recognition-using-cnn): A has 5x5, 5x5 and 4x4
convolutions of 64, 64 and 128 channels and one dense layer; B has 3x3 convolutions of 64, 128 and 256 channels and two
dense layers. Beside either, the side inputs go through two dense layers, the second as wide as the layer that the
picture is narrowed to, and both are joined before the answer. To be trained on a CPU, ours have half of the channels or
less, smaller dense layers over means of 2x2 parts of the picture, and a first convolution that strides instead of one
that is pooled.
"""

from __future__ import annotations

from dataclasses import dataclass

from fer_web.study.networks.blocks import HeadSpec, Layers, Tensor, he_convolution, max_halved


@dataclass(frozen=True)
class Widths:
    """Dense layers: after the picture's convolutions, for the side inputs, and what the picture is narrowed to."""

    picture: tuple[int, ...]
    beside: tuple[int, ...]
    joined: int | None


MODEL_A = Widths(picture=(256,), beside=(256, 40), joined=40)
MODEL_B = Widths(picture=(512, 256), beside=(256, 128), joined=128)


def model_a(layers: Layers, x: Tensor, spec: HeadSpec) -> Tensor:
    """The shallow one, with large kernels."""
    x = he_convolution(layers, x, 32, "conv1", spec, size=5, stride=2)
    x = he_convolution(layers, max_halved(layers, x, "conv1"), 32, "conv2", spec, size=5)
    return he_convolution(layers, max_halved(layers, x, "conv2"), 64, "conv3", spec, size=4)


def model_b(layers: Layers, x: Tensor, spec: HeadSpec) -> Tensor:
    """The one whose channels double three times."""
    x = he_convolution(layers, x, 32, "conv1", spec, size=5, stride=2)
    x = he_convolution(layers, x, 48, "conv2", spec)
    x = he_convolution(layers, max_halved(layers, x, "conv2"), 96, "conv3", spec)
    return max_halved(layers, x, "conv3")
