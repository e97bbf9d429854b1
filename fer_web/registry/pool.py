"""Several networks as one model: a card without weights of its own, whose answer is what its parts say together."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

POOLED = "pooled"  # the network's name on such a card

# The logits (n, 7) of one network, and its activation maps (n, h, w, 7) if it has any.
Answers = Sequence[NDArray[np.floating[Any]]]


def digest_of(hashes: Sequence[str]) -> str:
    """SHA-256 for files that are used together, of their hashes in hexadecimal, one a line."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def pooled(answers: Sequence[Answers], temperatures: Sequence[float]) -> list[NDArray[np.float32]]:
    """Several networks' answers to the same faces as one network's.

    Its logits are the means of theirs, each divided by its temperature, so that after the softmax it is a logarithmic
    opinion pool (Genest and Zidek 1986, "Combining Probability Distributions"); so are the maps, where all have maps
    of one shape.
    """
    kinds = zip(*answers, strict=False)
    return [_mean(kind, temperatures) for kind in kinds if len({one.shape for one in kind}) == 1]


def _mean(kind: Answers, temperatures: Sequence[float]) -> NDArray[np.float32]:
    scaled = [one / temperature for one, temperature in zip(kind, temperatures, strict=True)]
    return np.asarray(np.mean(scaled, axis=0), np.float32)
