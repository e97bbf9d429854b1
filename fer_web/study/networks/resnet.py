"""He et al. 2016, "Deep Residual Learning", without the early pooling that 48 pixels cannot afford: a teacher."""

from __future__ import annotations

from fer_web.study.networks.blocks import HeadSpec, Layers, Tensor, Trunk, convolution, join


def resnet(stem: int, stages: tuple[tuple[int, int], ...]) -> Trunk:
    """`stages` are (width, blocks): each halves the picture's size by its first block's stride."""

    def trunk(layers: Layers, x: Tensor, _: HeadSpec) -> Tensor:
        x = convolution(layers, x, stem, "stem")
        for number, (width, blocks) in enumerate(stages, start=1):
            for block in range(blocks):
                x = _block(layers, x, width, f"stage{number}_{block}", stride=2 if block == 0 else 1)
        return x

    return trunk


def _block(layers: Layers, x: Tensor, width: int, name: str, *, stride: int) -> Tensor:
    shortcut = x
    if stride > 1 or x.shape[-1] != width:
        shortcut = convolution(layers, x, width, f"{name}_shortcut", size=1, stride=stride, active=False)
    x = convolution(layers, x, width, f"{name}_a", stride=stride)
    x = convolution(layers, x, width, f"{name}_b", active=False)
    return join(layers, x, shortcut, name)
