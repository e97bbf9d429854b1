"""Where in a face its expression was seen: class activation maps.

Zhou et al. 2016, "Learning Deep Features for Discriminative Localization". The served networks end in a mean over
places and one linear layer; for such an end these maps equal Grad-CAM's (Selvaraju et al. 2017), and they cost nothing
beyond the forward pass.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Pixels
from fer_web.vision.align import FER2013_ANCHORS, similarity

# How much of the heat is mixed into the picture where it is hottest.
HEAT_OPACITY = 0.6
# A chip is shown this many times as large in its own picture.
CHIP_ENLARGEMENT = 4
# Where one network's heat exceeds another's: orange and blue differ for everybody who sees colors, and in lightness.
FIRST_HOTTER, SECOND_HOTTER = (255, 150, 0), (40, 90, 255)
DIFFERENCE_OPACITY = 0.8


def with_maps(model: Any) -> Any:
    """A model that also answers its class activation maps (n, h, w, 7): the logits' evidence at every place.

    The same model, in a list of one output, when it does not end in a mean over places and a linear layer.
    """
    import keras

    means = [layer for layer in model.layers if isinstance(layer, keras.layers.GlobalAveragePooling2D)]
    heads = [layer for layer in model.layers if isinstance(layer, keras.layers.Dense)]
    ends = bool(means and heads) and heads[-1].output is model.output and means[-1].keepdims is False
    if not ends or heads[-1].kernel.shape[0] != means[-1].input.shape[-1]:
        return keras.Model(model.input, [model.output])
    maps = keras.ops.matmul(means[-1].input, keras.ops.convert_to_tensor(heads[-1].kernel))
    return keras.Model(model.input, [model.output, maps])


def normalized(evidence: NDArray[np.float32]) -> NDArray[np.float32]:
    """Evidence for an expression (h, w) as heat from 0 to 1; what speaks against it is cold."""
    positive = np.maximum(evidence, 0)
    return np.asarray(positive / max(float(positive.max()), 1e-6), np.float32)


def heated_chip(face: Face) -> Pixels | None:
    """The crop that the network saw with the heat over it, RGB, enlarged; None for a face without a map."""
    if face.chip is None or face.heatmap is None:
        return None
    ground = _ground(face.chip)
    return _mixed(ground, _enlarged(face.heatmap, _size(ground)))


def contrasted_chip(face: Face, other: Face) -> Pixels | None:
    """The same crop with the difference of two networks' heat: orange where `face` is hotter, blue where `other` is.

    None without a map of each.
    """
    if face.chip is None or face.heatmap is None or other.heatmap is None:
        return None
    ground = _ground(face.chip)
    size = _size(ground)
    difference = (_enlarged(face.heatmap, size) - _enlarged(other.heatmap, size))[..., np.newaxis]
    first, second = np.array(FIRST_HOTTER, np.float32), np.array(SECOND_HOTTER, np.float32)
    colors = np.where(difference > 0, first, second)
    share = np.abs(difference) * DIFFERENCE_OPACITY
    return np.asarray(ground * (1 - share) + colors * share, np.uint8)


def heat_face(canvas: Pixels, face: Face) -> None:
    """Lays a face's heat over its place in the picture; faces without a map or anchors stay as they are."""
    if face.heatmap is None or face.middles is None or face.chip is None:
        return
    area = face.region.expanded(0.25).clipped((canvas.shape[1], canvas.shape[0]))
    if area is None:
        return
    side = np.array(face.chip.shape[::-1], np.float32)
    target = face.middles - np.array([area.left, area.top], np.float32)
    matrix = similarity(FER2013_ANCHORS * side, target)
    heat = _enlarged(face.heatmap, (face.chip.shape[1], face.chip.shape[0]))
    ground = canvas[area.top : area.bottom, area.left : area.right]
    ground[:] = _mixed(ground, np.asarray(cv2.warpAffine(heat, matrix, area.size), np.float32))


def _ground(chip: NDArray[np.uint8]) -> Pixels:
    size = (chip.shape[1] * CHIP_ENLARGEMENT, chip.shape[0] * CHIP_ENLARGEMENT)
    enlarged = cv2.resize(chip, size, interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.cvtColor(enlarged, cv2.COLOR_GRAY2RGB), np.uint8)


def _size(pixels: Pixels) -> tuple[int, int]:
    return pixels.shape[1], pixels.shape[0]


def _enlarged(heatmap: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    return np.clip(np.asarray(cv2.resize(heatmap, size, interpolation=cv2.INTER_CUBIC), np.float32), 0, 1)


def _mixed(ground: Pixels, heat: NDArray[np.float32]) -> Pixels:
    colors = cv2.cvtColor(cv2.applyColorMap((heat * 255).astype(np.uint8), cv2.COLORMAP_INFERNO), cv2.COLOR_BGR2RGB)
    share = heat[..., np.newaxis] * HEAT_OPACITY
    return np.asarray(ground * (1 - share) + colors * share, np.uint8)
