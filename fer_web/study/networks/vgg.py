"""Simonyan and Zisserman 2015, "Very Deep Convolutional Networks": a teacher."""

from __future__ import annotations

from fer_web.study.networks.blocks import HeadSpec, Layers, Tensor, Trunk, convolution


def vgg(stages: tuple[tuple[int, int], ...]) -> Trunk:
    """`stages` are (width, depth); a strided convolution opens each but the first instead of pooling."""

    def trunk(layers: Layers, x: Tensor, _: HeadSpec) -> Tensor:
        for number, (width, depth) in enumerate(stages):
            for step in range(depth):
                stride = 2 if number and step == 0 else 1
                x = convolution(layers, x, width, f"stage{number}_{step}", stride=stride)
        return x

    return trunk
