"""A residual network of identity and convolution blocks, whose maps other heads than ours read as well.

He et al. 2016, "Deep Residual Learning": an identity block keeps the shape, a convolution block changes it and has a
1x1 convolution in its shortcut; here with separable convolutions (Chollet 2017), to run on a CPU. Widths are 16 and
more, because TensorFlow's depthwise kernels fail below.
"""

from __future__ import annotations

from collections.abc import Sequence

from fer_web.study.networks.blocks import HeadSpec, Layers, Tensor, convolution, join, mean_halved, separable

STEM = 24
WIDTHS = ((64, 1), (128, 2))  # a stage's channels, and its identity blocks after the convolution block


def residual(layers: Layers, image: Tensor, spec: HeadSpec) -> Tensor:  # noqa: ARG001
    """The body of the keypoints' network over FER2013's smaller pictures.

    The first convolution takes smaller steps in them, so that all stages see as much.
    """
    return stages(layers, image, stride=2)[-1]


def stages(layers: Layers, x: Tensor, stride: int) -> Sequence[Tensor]:
    """The stages' outputs, each of half the size of the one before: 12 and 6 places a side for faces of 96 pixels."""
    x = convolution(layers, x, STEM, "stem", size=5, stride=stride)
    x = _identity_block(layers, x, "stem_1")
    found = []
    for number, (width, identities) in enumerate(WIDTHS, start=1):
        x = _convolution_block(layers, x, width, f"stage{number}_0")
        for block in range(1, identities + 1):
            x = _identity_block(layers, x, f"stage{number}_{block}")
        found.append(x)
    return found


def _convolution_block(layers: Layers, x: Tensor, width: int, name: str) -> Tensor:
    """Half the size by means over 2x2, and `width` channels."""
    shortcut = mean_halved(layers, x, f"{name}_shortcut")
    shortcut = convolution(layers, shortcut, width, f"{name}_shortcut", size=1, active=False)
    x = separable(layers, x, width, f"{name}_a", halve=True, active=True)
    return join(layers, separable(layers, x, width, f"{name}_b"), shortcut, name)


def _identity_block(layers: Layers, x: Tensor, name: str) -> Tensor:
    shortcut, width = x, x.shape[-1]
    x = separable(layers, x, width, f"{name}_a", active=True)
    return join(layers, separable(layers, x, width, f"{name}_b"), shortcut, name)
