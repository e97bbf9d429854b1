"""The served networks: separable throughout (Chollet 2017, "Xception"), for pictures of 48 pixels.

Beyond the stem's first convolution, all others are 3x3 depthwise or 1x1. Widths are 16 and more, because TensorFlow's
depthwise kernels fail below.
"""

from __future__ import annotations

from fer_web.study.networks.blocks import (
    HeadSpec,
    Layers,
    Tensor,
    Trunk,
    convolution,
    join,
    mean_halved,
    separable,
)


def xception(stem: int, stages: tuple[tuple[int, int], ...], dense: int = 0) -> Trunk:
    """`stages` are (width, blocks): each starts by halving the picture's size.

    `dense` is the width of a second ordinary convolution, which halves it first, as the original's does.
    """

    def trunk(layers: Layers, x: Tensor, _: HeadSpec) -> Tensor:
        x = convolution(layers, x, stem, "stem")
        if dense:
            x = convolution(layers, x, dense, "stem2", stride=2)
        for number, (width, blocks) in enumerate(stages, start=1):
            excite = bool(dense) or number > 1
            for block in range(blocks):
                x = _block(layers, x, width, f"stage{number}_{block}", halve=block == 0, excite=excite)
        return x

    return trunk


def _block(layers: Layers, x: Tensor, width: int, name: str, *, halve: bool, excite: bool) -> Tensor:
    """Two separable convolutions beside a shortcut, as in Xception; an entry block's second one halves the size."""
    shortcut = x
    if halve:
        shortcut = mean_halved(layers, x, f"{name}_shortcut")
        shortcut = convolution(layers, shortcut, width, f"{name}_shortcut", size=1, active=False)
    x = separable(layers, x, width // 2 if halve else width, f"{name}_a", active=True)
    x = separable(layers, x, width, f"{name}_b", halve=halve)
    if excite:
        x = _squeeze_excite(layers, x, name)
    return join(layers, x, shortcut, name)


def _squeeze_excite(layers: Layers, x: Tensor, name: str, *, ratio: int = 8) -> Tensor:
    """Channels weighted by what the whole picture shows (Hu et al. 2018, "Squeeze-and-Excitation Networks")."""
    width = x.shape[-1]
    gate = layers.GlobalAveragePooling2D(keepdims=True, name=f"{name}_squeeze")(x)
    gate = layers.Conv2D(max(16, width // ratio), 1, activation="relu", name=f"{name}_reduce")(gate)
    gate = layers.Conv2D(width, 1, activation="sigmoid", name=f"{name}_excite")(gate)
    return layers.Multiply(name=f"{name}_scale")([x, gate])
