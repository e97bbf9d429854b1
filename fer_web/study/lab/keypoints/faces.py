"""Faces with 15 points, and their division by person: nobody is both learned from and tested on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import COUNT
from fer_web.errors import DataError

SIDE_PX = 96
# Tenths of the people, by a hash of their names, who choose the weights and who are the test.
TEST, CHOOSE = (0, 1), (2,)


@dataclass(frozen=True)
class KeypointFaces:
    """`pictures` (n, 96, 96) uint8 gray, `points` (n, 15, 2) pixels, NaN for a missing one, and whose they are."""

    pictures: NDArray[np.uint8]
    points: NDArray[np.float32]
    people: tuple[str, ...]

    def __post_init__(self) -> None:
        count = len(self.pictures)
        if self.pictures.shape != (count, SIDE_PX, SIDE_PX) or self.pictures.dtype != np.uint8:
            found = f"{self.pictures.shape} {self.pictures.dtype}"
            raise DataError(f"pictures are {found}, not (n, {SIDE_PX}, {SIDE_PX}) uint8")
        if self.points.shape != (count, COUNT, 2) or len(self.people) != count:
            raise DataError(f"{count} pictures have {self.points.shape} points and {len(self.people)} people")

    def __len__(self) -> int:
        return len(self.pictures)

    def where(self, keep: NDArray[np.bool_]) -> KeypointFaces:
        """The rows that a mask (n,) keeps."""
        people = tuple(person for person, is_kept in zip(self.people, keep, strict=True) if is_kept)
        return KeypointFaces(self.pictures[keep], self.points[keep], people)


@dataclass(frozen=True)
class Division:
    """`training` to fit, `choosing` to choose the weights by, `test` to report on: three groups of people."""

    training: KeypointFaces
    choosing: KeypointFaces
    test: KeypointFaces


def joined(parts: list[KeypointFaces]) -> KeypointFaces:
    """All faces of several files."""
    return KeypointFaces(
        np.concatenate([part.pictures for part in parts]),
        np.concatenate([part.points for part in parts]),
        tuple(person for part in parts for person in part.people),
    )


def divide(faces: KeypointFaces) -> Division:
    """Seven tenths of the people, one, and two; always the same ones. DataError when a part would be empty."""
    tenths = np.array([tenth_of(person) for person in faces.people])
    is_test, is_choosing = np.isin(tenths, TEST), np.isin(tenths, CHOOSE)
    parts = [faces.where(mask) for mask in (~is_test & ~is_choosing, is_choosing, is_test)]
    if not all(map(len, parts)):
        raise DataError(f"{len(set(faces.people))} people are too few to divide: each of three groups needs somebody")
    return Division(*parts)


def tenth_of(person: str) -> int:
    """The tenth that somebody belongs to, 0 to 9, by name alone."""
    return hashlib.sha256(person.encode()).digest()[0] % 10
