"""A plain network: convolutions, halvings, a mean. The landmark-supervised network is the same with another head."""

from __future__ import annotations

from fer_web.study.networks.blocks import HeadSpec, Layers, Tensor, he_convolution, max_halved


def simple(layers: Layers, x: Tensor, spec: HeadSpec) -> Tensor:
    """Six convolutions of 32 to 128 channels; the first, 5x5, halves the picture at once, which CPUs thank for."""
    x = he_convolution(layers, x, 32, "stem", spec, size=5, stride=2)
    x = he_convolution(layers, x, 32, "stage1", spec)
    for stage, width in ((2, 64), (3, 128)):
        x = max_halved(layers, x, f"stage{stage}")
        x = he_convolution(layers, x, width, f"stage{stage}_a", spec)
        x = he_convolution(layers, x, width, f"stage{stage}_b", spec)
    return x
