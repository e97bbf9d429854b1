"""Support vector machines with a Gaussian kernel, small enough in time for all of FER2013 on a small machine.

An exact kernel machine of 28,000 pictures takes long on two cores, and 4 GiB, so for most rows the kernel is
approximated by Nyström's method (Williams and Seeger 2001, "Using the Nyström Method to Speed Up Kernel Machines"): a
picture becomes its similarities to some thousand training pictures. One linear machine a class is trained against all
others, with squared errors in place of the hinge (Suykens and Vandewalle 1999, "Least Squares Support Vector Machine
Classifiers"), so that every cost comes from one system of equations.

Faces are nearly symmetrical, and so is the kernel: a picture's similarity to another one is the mean over both and
their mirror images. That is worth twice the training pictures, without their cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Labels = NDArray[np.int64]

CHUNK = 4096  # rows of the kernel in memory at a time
JITTER = 1e-4  # keeps the kernel of nearly equal pictures positive definite in single precision


@dataclass(frozen=True)
class Views:
    """The same pictures' vectors as they are and mirrored, both (n, d); without a mirror image both are the same."""

    plain: Array
    mirrored: Array

    def __len__(self) -> int:
        return len(self.plain)

    def rows(self, chosen: slice | NDArray[np.int64]) -> Views:
        """Some of the pictures."""
        plain = self.plain[chosen]
        return Views(plain, plain if self.mirrored is self.plain else self.mirrored[chosen])


class Gaussian:
    """The kernel: similarities exp(-gamma |x - z|^2) to the `anchors` (m, d), meant over mirror images.

    `gamma` is in units of one over the vectors' total `variance`, so that 1 fits most features.
    """

    def __init__(self, anchors: Views, gamma: float, variance: float) -> None:
        self.anchors = anchors
        self.gamma = gamma / variance

    def __call__(self, views: Views) -> Array:
        """(n, m) of vectors (n, d)."""
        out = np.empty((len(views), len(self.anchors)), dtype=np.float32)
        for start in range(0, len(views), CHUNK):
            out[start : start + CHUNK] = self._some(views.rows(slice(start, start + CHUNK)))
        return out

    def arrays(self) -> dict[str, Any]:
        """Everything that the kernel needs, to be saved."""
        return {"anchors": self.anchors.plain, "mirrored_anchors": self.anchors.mirrored, "gamma": self.gamma}

    def _some(self, views: Views) -> Array:
        pairs = list(product(_distinct(views), _distinct(self.anchors)))
        return np.asarray(sum(self._one(vectors, points) for vectors, points in pairs) / len(pairs), dtype=np.float32)

    def _one(self, vectors: Array, points: Array) -> Array:
        squares = (vectors**2).sum(axis=1)[:, np.newaxis] + (points**2).sum(axis=1)
        distances = np.maximum(squares - 2 * vectors @ points.T, 0)
        return np.asarray(np.exp(-self.gamma * distances), dtype=np.float32)


class Nystroem:
    """The kernel approximated: similarities to some `anchors`, made orthonormal, are a picture's features."""

    def __init__(self, kernel: Gaussian) -> None:
        from scipy import linalg

        self.kernel = kernel
        among = kernel(kernel.anchors).astype(np.float64)
        among = (among + among.T) / 2 + JITTER * np.eye(len(among))
        self.root = linalg.cholesky(among, lower=True).astype(np.float32)

    def __call__(self, views: Views) -> Array:
        """(n, m) of vectors (n, d)."""
        from scipy import linalg

        similar = self.kernel(views)
        for start in range(0, len(views), CHUNK):
            some = similar[start : start + CHUNK]
            some[:] = linalg.solve_triangular(self.root, some.T, lower=True, check_finite=False).T
        return similar

    def arrays(self) -> dict[str, Any]:
        """Everything that the features need, to be saved."""
        return {**self.kernel.arrays(), "root": self.root}


def _distinct(views: Views) -> tuple[Array, ...]:
    return (views.plain,) if views.plain is views.mirrored else (views.plain, views.mirrored)


class Solver:
    """Least squares machines of features (n, m) for any cost: what all costs have in common is calculated once."""

    def __init__(self, features: Array, labels: Labels, classes: int) -> None:
        signs, self.bias = _signs(labels, classes)
        self.inner = (features.T @ features).astype(np.float64)
        self.wanted = (features.T @ signs).astype(np.float64)

    def weights(self, cost: float) -> Array:
        """The weights (m + 1, classes) of one machine a class; the last row is the bias.

        They minimize |w|^2 + cost * sum of (y - f)^2, y being 1 for the class and -1 for all others.
        """
        from scipy import linalg

        found = linalg.solve(self.inner + np.eye(len(self.inner)) / cost, self.wanted, assume_a="pos")
        return np.asarray(np.vstack([found, self.bias]), dtype=np.float32)


def exact_weights(similar: Array, labels: Labels, classes: int, cost: float) -> Array:
    """The same for the kernel itself, from the similarities (n, n) of all training pictures: (n + 1, classes).

    Works in place: 28,000 pictures' similarities take 3 GiB, which are another matrix afterwards. ValueError where
    they are not positive definite.
    """
    from scipy.linalg import lapack

    signs, bias = _signs(labels, classes)
    similar[np.diag_indices(len(similar))] += 1 / cost
    root, failed = lapack.spotrf(similar.T, lower=1, clean=0, overwrite_a=1)
    if failed:
        raise ValueError(f"the kernel is not positive definite at cost {cost}: {failed}")
    found, _ = lapack.spotrs(root, signs, lower=1)
    return np.asarray(np.vstack([found, bias]), dtype=np.float32)


def _signs(labels: Labels, classes: int) -> tuple[Array, Array]:
    """What the machines have to answer (n, classes): 1 for the class, -1 for all others, less the means (classes,)."""
    signs = np.where(np.eye(classes, dtype=bool)[labels], np.float32(1), np.float32(-1))
    bias = signs.mean(axis=0)
    return signs - bias, bias


def answers(features: Array, weights: Array) -> Array:
    """The machines' values (n, classes): the highest is the answer."""
    return np.asarray(features @ weights[:-1] + weights[-1], dtype=np.float32)
