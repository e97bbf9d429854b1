"""What a network is given beside the picture: landmarks and histograms of gradients, as the study combined them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from fer_web.core.landmarks import COUNT
from fer_web.study.lab.features import FeatureStore

Pictures = NDArray[np.uint8]
Features = NDArray[np.float32]
SIDE_PX = 48

# The name of an input: the features that it is made of, and how many values each has.
INPUTS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "raw": {},
        "landmarks": {"landmarks": 2 * COUNT},
        "landmarks and HOG": {"landmarks": 2 * COUNT, "hog": 72},
        "landmarks and sliding HOG": {"landmarks": 2 * COUNT, "sliding-hog": 2592},
    }
)

# The 68 points of a mirrored face in their usual order: what was on the left is on the right.
MIRROR = (*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1), 45, 44, 43, 42, 47, 46,
          39, 38, 37, 36, 41, 40, *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65)  # fmt: skip


def values_of(inputs: str) -> int:
    """How many numbers stand beside a picture."""
    return sum(INPUTS[inputs].values())


def beside(inputs: str, pictures: Pictures, store: FeatureStore) -> Features:
    """(n, values) of pictures (n, 48, 48), before scaling; no columns for `raw`."""
    return _in_a_row(len(pictures), [store.get(kind, pictures) for kind in INPUTS[inputs]])


def beside_mirrored(inputs: str, pictures: Pictures, store: FeatureStore) -> Features:
    """The same of the pictures' mirror images; landmarks are mirrored themselves, not looked for again."""
    parts = []
    for kind in INPUTS[inputs]:
        if kind == "landmarks":
            points = store.get(kind, pictures).reshape(len(pictures), COUNT, 2)
            parts.append(mirrored_points(points, SIDE_PX).reshape(len(pictures), -1))
        else:
            parts.append(store.get(kind, np.ascontiguousarray(pictures[:, :, ::-1])))
    return _in_a_row(len(pictures), parts)


def mirrored_points(points: Features, side_px: int) -> Features:
    """Landmarks (n, 68, 2) in pictures of that side, as they are in the mirror images."""
    mirrored = points[:, list(MIRROR)]
    mirrored[:, :, 0] = side_px - 1 - mirrored[:, :, 0]
    return mirrored


def _in_a_row(count: int, parts: list[Features]) -> Features:
    return np.concatenate([np.zeros((count, 0), np.float32), *parts], axis=1)


@dataclass(frozen=True)
class Scale:
    """Zero mean and unit deviation of every column on Training; a column without spread stays zero."""

    mean: Features
    deviation: Features

    @classmethod
    def of(cls, values: Features) -> Scale:
        """The scale of a split's values."""
        return cls(values.mean(axis=0), values.std(axis=0) + np.float32(1e-3))

    def __call__(self, values: Features) -> Features:
        scaled: Features = ((values - self.mean) / self.deviation).clip(-5, 5).astype(np.float32)
        return scaled
