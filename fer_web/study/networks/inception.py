"""Inception modules (Szegedy et al. 2015, "Going Deeper with Convolutions"), small enough for 48 pixels."""

from __future__ import annotations

from dataclasses import dataclass

from fer_web.study.networks.blocks import HeadSpec, Layers, Tensor, he_convolution, max_halved


@dataclass(frozen=True)
class Module:
    """The widths of a module's four branches; the 3x3 and the 5x5 one are narrowed first."""

    one: int
    narrow_three: int
    three: int
    narrow_five: int
    five: int
    pooled: int


EARLY = Module(32, 32, 48, 8, 16, 16)
LATE = Module(64, 48, 96, 16, 32, 32)


def inception(layers: Layers, x: Tensor, spec: HeadSpec) -> Tensor:
    """Two modules at a quarter of the picture's size, two at an eighth."""
    x = he_convolution(layers, x, 32, "stem", spec, size=5, stride=2)
    x = max_halved(layers, he_convolution(layers, x, 32, "stage1", spec), "stage1")
    for name in ("stage2_a", "stage2_b"):
        x = _module(layers, x, EARLY, name, spec)
    x = max_halved(layers, x, "stage2")
    for name in ("stage3_a", "stage3_b"):
        x = _module(layers, x, LATE, name, spec)
    return x


def _module(layers: Layers, x: Tensor, widths: Module, name: str, spec: HeadSpec) -> Tensor:
    three = he_convolution(layers, x, widths.narrow_three, f"{name}_narrow3", spec, size=1)
    five = he_convolution(layers, x, widths.narrow_five, f"{name}_narrow5", spec, size=1)
    pooled = layers.MaxPooling2D(3, strides=1, padding="same", name=f"{name}_pool")(x)
    return layers.Concatenate(name=f"{name}_out")([
        he_convolution(layers, x, widths.one, f"{name}_1", spec, size=1),
        he_convolution(layers, three, widths.three, f"{name}_3", spec, size=3),
        he_convolution(layers, five, widths.five, f"{name}_5", spec, size=5),
        he_convolution(layers, pooled, widths.pooled, f"{name}_p", spec, size=1),
    ])  # fmt: skip
