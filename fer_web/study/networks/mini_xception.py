"""The original program's network (Arriaga et al. 2017, "Real-time Convolutional Neural Networks").

Four residual modules of separable convolutions, 16 to 128 channels. The paper's first two convolutions have 8 channels;
ours have 16, because TensorFlow's depthwise kernels fail below that while training.
"""

from __future__ import annotations

from fer_web.study.networks.blocks import (
    HeadSpec,
    Layers,
    Tensor,
    convolution,
    he_convolution,
    normalized,
    rectified,
    separable,
)

STEM = 16


def mini_xception(layers: Layers, x: Tensor, spec: HeadSpec) -> Tensor:
    """Two convolutions at full size, then modules that halve it."""
    for name in ("stem_a", "stem_b"):
        x = he_convolution(layers, x, STEM, name, spec)
    for number, width in enumerate((16, 32, 64, 128), start=1):
        x = _module(layers, x, width, f"module{number}", spec)
    return x


def _module(layers: Layers, x: Tensor, width: int, name: str, spec: HeadSpec) -> Tensor:
    shortcut = convolution(layers, x, width, f"{name}_shortcut", size=1, stride=2, active=False)
    x = separable(layers, x, width, f"{name}_a")
    x = rectified(layers, normalized(layers, x, f"{name}_a_active") if spec.normalized else x, f"{name}_a_active")
    x = separable(layers, x, width, f"{name}_b")
    x = layers.MaxPooling2D(3, strides=2, padding="same", name=f"{name}_halve")(x)
    return layers.Add(name=f"{name}_add")([x, shortcut])
