"""`python -m fer_web bench framing`: which crop of a found face suits the network best.

FER2013's PublicTest pictures are enlarged and go through the whole path of a single picture; only the crop differs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from fer_web.core import Face, Frame, Rect
from fer_web.registry import InputSpec
from fer_web.training.readers import read_table
from fer_web.vision.align import cut_chip, to_gray
from fer_web.vision.classify import Classifier
from fer_web.vision.detect import Detect, HogDetector
from fer_web.vision.landmarks import FindLandmarks, load_predictor

ENLARGEMENT = 4
SEED = 0

Crop: TypeAlias = Callable[[NDArray[np.uint8], Face, InputSpec], NDArray[np.uint8]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, its npz, or a folder of images")
    parser.add_argument(
        "--count", type=int, default=1000, help="pictures, drawn at random from PublicTest (%(default)s)"
    )
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception", help="name of the network (%(default)s)")


def run(args: argparse.Namespace) -> int:
    public = read_table(args.data).part("PublicTest")
    chosen = np.random.default_rng(SEED).permutation(len(public))[: args.count]
    classifier = Classifier.load(args.models, args.model)
    spec = classifier.card.input
    found = {row: face for row, face in zip(chosen, faces_of(public.pixels[chosen]), strict=True) if face is not None}
    rows = np.array(list(found))
    print(f"{len(rows)} of {len(chosen)} PublicTest pictures, enlarged {ENLARGEMENT} times, hold a face that is found")
    labels = public.labels[rows]
    as_given = classifier.scores(public.pixels[rows]).argmax(axis=1)
    print(f"{'the picture as it is':24}{(as_given == labels).mean():8.1%}")
    for name, crop in CROPS.items():
        chips = np.stack([crop(enlarged(public.pixels[row]), face, spec) for row, face in found.items()])
        right = classifier.scores(chips).argmax(axis=1) == labels
        print(f"{name:24}{right.mean():8.1%}", flush=True)
    return 0


def enlarged(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A picture as a camera might have seen it, (4 x 48, 4 x 48)."""
    size = (picture.shape[1] * ENLARGEMENT, picture.shape[0] * ENLARGEMENT)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def faces_of(pictures: NDArray[np.uint8]) -> list[Face | None]:
    """The largest face of each enlarged picture, with landmarks, as `/predict` finds it; None where there is none."""
    steps = Detect(HogDetector(), 1, 4_000_000), FindLandmarks(load_predictor())
    answers: list[Face | None] = []
    for index, picture in enumerate(tqdm(pictures, desc="faces", unit="picture")):
        frame = Frame(index, 0.0, np.repeat(enlarged(picture)[..., np.newaxis], 3, axis=2))
        faces = steps[1](frame, steps[0](frame, ()))
        answers.append(faces[0] if faces else None)
    return answers


def boxed(margin: float) -> Crop:
    """The detector's box with a margin, as most programs crop."""

    def crop(picture: NDArray[np.uint8], face: Face, spec: InputSpec) -> NDArray[np.uint8]:
        return _cut(picture, face.rect.expanded(margin), spec)

    return crop


def aligned(picture: NDArray[np.uint8], face: Face, spec: InputSpec) -> NDArray[np.uint8]:
    """The level crop in FER2013's framing, as it is served."""
    if face.landmarks is None:
        raise ValueError("an aligned crop needs landmarks")
    return cut_chip(picture, face.landmarks, spec)


def _cut(picture: NDArray[np.uint8], rect: Rect, spec: InputSpec) -> NDArray[np.uint8]:
    pad = max(rect.size)
    wide = cv2.copyMakeBorder(to_gray(picture), pad, pad, pad, pad, cv2.BORDER_REPLICATE)
    area = rect.moved(pad, pad).clipped((wide.shape[1], wide.shape[0]))
    if area is None:
        raise ValueError(f"{rect} lies outside of the picture")
    crop = wide[area.top : area.bottom, area.left : area.right]
    return np.asarray(cv2.resize(crop, (spec.width, spec.height), interpolation=cv2.INTER_AREA), np.uint8)


CROPS: dict[str, Crop] = {
    "the detector's box": boxed(0.0),
    "the box and 7 %": boxed(0.07),
    "the box and 20 %": boxed(0.2),
    "aligned by landmarks": aligned,
}
