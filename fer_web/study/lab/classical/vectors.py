"""Features as vectors for a kernel machine: every kind scaled, shortened, and with an equal say.

Everything is fitted on Training alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.study.lab.classical.svm import Views
from fer_web.study.lab.features import FeatureStore
from fer_web.study.lab.features.landmarks import mirrored, normalized

Array = NDArray[np.float32]
Pictures = NDArray[np.uint8]
Values = Callable[[str, Pictures, FeatureStore], Array]

SHAPE = "landmarks-shape"  # fine landmarks without the face's place, size and turn
FITTED_ON = 8000  # rows that the principal axes are found from


@dataclass(frozen=True)
class Block:
    """How one kind of features becomes its part of a vector: `(values - mean) / scale @ axes`, times `say`."""

    kind: str
    mean: Array
    scale: Array
    axes: Array
    say: float

    @classmethod
    def fit(cls, kind: str, values: Array, dims: int, rng: np.random.Generator) -> Block:
        """Standardize `values` (n, d) and keep the `dims` principal axes of most variance; the block's is then 1."""
        some = values[np.sort(rng.permutation(len(values))[:FITTED_ON])]
        mean, scale = values.mean(axis=0), values.std(axis=0)
        scale = np.where(scale > scale.max() * 1e-3, scale, np.float32(1))
        ready = (some - mean) / scale
        axes = _principal_axes(ready.astype(np.float64))[:, :dims].astype(np.float32)
        variance = float((ready @ axes).var(axis=0).sum())
        return cls(kind, mean, scale.astype(np.float32), axes, 1 / np.sqrt(variance) if variance else 1.0)

    def __call__(self, values: Array) -> Array:
        return np.asarray((values - self.mean) / self.scale @ self.axes * np.float32(self.say), dtype=np.float32)


def _principal_axes(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The directions (d, …) of the variance in centered values (n, d), the greatest first, by the cheaper way."""
    if len(values) < values.shape[1]:
        return np.asarray(np.linalg.svd(values, full_matrices=False)[2].T)
    return np.asarray(np.linalg.eigh(values.T @ values / len(values))[1][:, ::-1])


@dataclass(frozen=True)
class Vectors:
    """Pictures to vectors (n, d), one block after the other; with mirror images where the machine wants them."""

    blocks: tuple[Block, ...]
    is_mirrored: bool

    def __call__(self, pictures: Pictures, features: FeatureStore) -> Views:
        plain = self._joined(pictures, features, values_of)
        return Views(plain, self._joined(pictures, features, mirrored_values_of) if self.is_mirrored else plain)

    def _joined(self, pictures: Pictures, features: FeatureStore, values: Values) -> Array:
        return np.concatenate([block(values(block.kind, pictures, features)) for block in self.blocks], axis=1)

    def arrays(self) -> dict[str, Any]:
        """Everything fitted, to be saved."""
        return {
            f"{block.kind}.{name}": getattr(block, name)
            for block in self.blocks
            for name in ("mean", "scale", "axes", "say")
        }


def fit_vectors(
    kinds: tuple[str, ...], pictures: Pictures, features: FeatureStore, dims: int, *, is_mirrored: bool, seed: int
) -> Vectors:
    """Blocks fitted on training pictures."""
    rng = np.random.default_rng(seed)
    blocks = tuple(Block.fit(kind, values_of(kind, pictures, features), dims, rng) for kind in kinds)
    return Vectors(blocks, is_mirrored)


def values_of(kind: str, pictures: Pictures, features: FeatureStore) -> Array:
    """One kind of features (n, d), from the store or made of what is there."""
    if kind == SHAPE:
        return normalized(features.get("landmarks-fine", pictures))
    return features.get(kind, pictures)


def mirrored_values_of(kind: str, pictures: Pictures, features: FeatureStore) -> Array:
    """The same of the mirror images; landmarks are mirrored themselves instead of being looked for again."""
    if kind == SHAPE:
        return normalized(mirrored(features.get("landmarks-fine", pictures), pictures.shape[2]))
    if kind.startswith("landmarks"):
        return mirrored(features.get(kind, pictures), pictures.shape[2])
    return features.get(kind, np.ascontiguousarray(pictures[:, :, ::-1]))
