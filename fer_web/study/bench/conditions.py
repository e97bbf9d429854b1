"""`python -m fer_web bench conditions`: what light, lenses and tilted heads cost the network.

FER2013's PublicTest pictures are enlarged, changed as a dim room, a soft lens, a sensor, a transmission or a tilted
head would change them, and go through the whole path of a single picture.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from fer_web.core import Face
from fer_web.study.bench.framing import CROPS, SERVED, Crop, add_arguments, drawn_public, mirrored_scores
from fer_web.study.training.reframe import ENLARGEMENT, enlarged, faces_in
from fer_web.vision.classify import Classifier

__all__ = ["add_arguments", "run"]

Picture: TypeAlias = NDArray[np.uint8]
Labels: TypeAlias = NDArray[np.int64]
Change: TypeAlias = Callable[[Picture, np.random.Generator], Picture]

COMPARED = (SERVED, "the box and 7 %")


def run(args: argparse.Namespace) -> int:
    """Print how many faces are found under each condition, and how many of those are answered rightly."""
    pixels, labels = drawn_public(args)
    classifier = Classifier.load_lite(args.models, args.model)
    print(
        f"{len(pixels)} PublicTest pictures, enlarged {ENLARGEMENT} times, by {args.model}; of the faces found, right:"
    )
    print(f"{'':26}{'found':>8}" + "".join(f"{name:>24}" for name in COMPARED))
    for name, change in CONDITIONS.items():
        rng = np.random.default_rng(0)
        pictures = [change(enlarged(picture), rng) for picture in pixels]
        faces = faces_in(tqdm(pictures, desc=name, unit="picture", leave=False))
        found = np.array([face is not None for face in faces])
        shown = [(picture, face) for picture, face in zip(pictures, faces, strict=True) if face is not None]
        shares = (_accuracy(classifier, shown, CROPS[crop], labels[found]) for crop in COMPARED)
        print(f"{name:26}{found.mean():8.1%}" + "".join(f"{share:24.1%}" for share in shares), flush=True)
    return 0


def _accuracy(classifier: Classifier, shown: Sequence[tuple[Picture, Face]], crop: Crop, labels: Labels) -> float:
    """The share of found faces that are answered rightly in a crop; nan where none was found."""
    if not shown:
        return float("nan")
    chips = np.stack([crop(picture, face, classifier.card.input) for picture, face in shown])
    return float(np.mean(mirrored_scores(classifier, chips).argmax(axis=1) == labels))


def _same(picture: Picture, _: np.random.Generator) -> Picture:
    return picture


def _soft(picture: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), 3), np.uint8)


def _dim(picture: Picture, rng: np.random.Generator) -> Picture:
    return _grainy(np.asarray(picture / 5, np.uint8), rng, 3)


def _grainy(picture: Picture, rng: np.random.Generator, deviation: float = 15) -> Picture:
    return np.asarray(np.clip(picture + rng.normal(0, deviation, picture.shape), 0, 255), np.uint8)


def _compressed(picture: Picture, _: np.random.Generator) -> Picture:
    encoded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 15])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_GRAYSCALE), np.uint8)


def _tilted(picture: Picture, rng: np.random.Generator) -> Picture:
    height, width = picture.shape
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), 20 * float(rng.choice((-1, 1))), 1)
    return np.asarray(cv2.warpAffine(picture, turn, (width, height), borderMode=cv2.BORDER_REFLECT_101), np.uint8)


def _far(picture: Picture, _: np.random.Generator) -> Picture:
    return np.asarray(cv2.resize(picture, (96, 96), interpolation=cv2.INTER_AREA), np.uint8)


CONDITIONS: Mapping[str, Change] = {
    "as it is": _same,
    "soft lens, blur of 3 px": _soft,
    "a fifth of the light": _dim,
    "grain, deviation 15": _grainy,
    "JPEG, quality 15": _compressed,
    "tilted by 20 degrees": _tilted,
    "half the size": _far,
}
