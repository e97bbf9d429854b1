"""A plain network: convolutions, halvings, a mean. The landmark-supervised network is the same with another head."""

from __future__ import annotations

from fer_web.study.lab.networks.blocks import Layers, Plan, Tensor, convolution, halve


def simple(layers: Layers, x: Tensor, plan: Plan) -> Tensor:
    """Six convolutions of 32 to 128 channels; the first, 5x5, halves the picture at once, which CPUs thank for."""
    x = convolution(layers, x, 32, "stem", plan, size=5, stride=2)
    x = convolution(layers, x, 32, "stage1", plan)
    for stage, width in ((2, 64), (3, 128)):
        x = halve(layers, x, f"stage{stage}")
        x = convolution(layers, x, width, f"stage{stage}_a", plan)
        x = convolution(layers, x, width, f"stage{stage}_b", plan)
    return x
