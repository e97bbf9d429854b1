"""`python -m fer_web bench framing`: which crop of a found face suits the network best.

FER2013's PublicTest pictures are enlarged and go through the whole path of a single picture; only the crop differs.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from fer_web.core import Face, Faces, Frame, Rect
from fer_web.errors import DataError
from fer_web.registry import InputSpec
from fer_web.study.bench.engine import EVERY_ENGINE
from fer_web.study.training.readers import read_table
from fer_web.study.training.reframe import ENLARGEMENT, enlarged, faces_of
from fer_web.vision.align import cut_chip, to_gray
from fer_web.vision.classify import Classifier
from fer_web.vision.engines import load_engine
from fer_web.vision.finders import FaceFinder

SEED = 0
BATCH = 64
AS_IT_IS = "the picture as it is"
SERVED = "aligned by landmarks"

Pictures: TypeAlias = NDArray[np.uint8]
Labels: TypeAlias = NDArray[np.int64]
Crop: TypeAlias = Callable[[NDArray[np.uint8], Face, InputSpec], NDArray[np.uint8]]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv, its npz, or a folder of images")
    parser.add_argument(
        "--count", type=int, default=1000, help="pictures, drawn at random from PublicTest (%(default)s)"
    )
    parser.add_argument(
        "--engines", action="store_true", help="compare the engines' crops, and tell where their eyes and mouths lie"
    )
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")


def run(args: argparse.Namespace) -> int:
    pixels, labels = drawn_public(args)
    classifier = Classifier.load_lite(args.models, args.model)
    if args.engines:
        compare_engines(args, classifier, pixels, labels)
        return 0
    spec = classifier.card.input
    faces = faces_of(tqdm(pixels, desc="faces", unit="picture"))
    found = {row: face for row, face in enumerate(faces) if face is not None}
    print(f"{len(found)} of {len(pixels)} PublicTest pictures, enlarged {ENLARGEMENT} times, hold a face that is found")
    if not found:
        return 0
    pixels, labels = pixels[list(found)], labels[list(found)]
    right = {AS_IT_IS: mirrored_scores(classifier, pixels).argmax(axis=1) == labels}
    for name, crop in CROPS.items():
        chips = [crop(enlarged(picture), face, spec) for picture, face in zip(pixels, found.values(), strict=True)]
        right[name] = mirrored_scores(classifier, np.stack(chips)).argmax(axis=1) == labels
    for name, hits in right.items():
        print(f"{name:24}{hits.mean():8.1%}   p = {chance_of(hits, right[SERVED]):.3f} against what is served")
    return 0


def compare_engines(args: argparse.Namespace, classifier: Classifier, pixels: Pictures, labels: Labels) -> None:
    """A line an engine: faces found, the accuracy on pictures that all find and on its own, where anchors lie."""
    chips, places = {}, {}
    for engine in EVERY_ENGINE.values():
        finder = load_engine(engine, args.models, args.model).finder
        faces = found_by(finder, classifier.card.input, tqdm(pixels, desc=str(engine), unit="picture"))
        chips[engine] = {row: face.chip for row, face in faces.items() if face.chip is not None}
        places[engine] = np.mean([face.middles for face in faces.values() if face.middles is not None], axis=0)
    shared = sorted(set.intersection(*(set(cut) for cut in chips.values())))
    as_it_is = mirrored_scores(classifier, pixels).argmax(axis=1) == labels
    print(f"\nby engine; {len(shared)} pictures show a face to all of them")
    print(f"{'':18}{'found':>8}{'of shared':>11}{'of found':>10}{'as they are':>13}   eyes and mouth at, in 48ths")
    for engine, cut in chips.items():
        rows = sorted(cut)
        hits = mirrored_scores(classifier, np.stack([cut[row] for row in rows])).argmax(axis=1) == labels[rows]
        of_shared = hits[np.isin(rows, shared)].mean()
        at = ", ".join(f"({x:.1f}, {y:.1f})" for x, y in (places[engine] + 0.5) / ENLARGEMENT - 0.5)
        print(f"{engine!s:18}{len(rows):8}{of_shared:11.1%}{hits.mean():10.1%}{as_it_is[rows].mean():13.1%}   {at}")


def found_by(finder: FaceFinder, spec: InputSpec, pictures: Iterable[Pictures]) -> dict[int, Face]:
    """The largest face of each picture (48, 48), enlarged, by the picture's number."""
    steps = finder.still(spec, 1)
    found: dict[int, Face] = {}
    for row, picture in enumerate(pictures):
        faces: Faces = ()
        frame = Frame(row, 0.0, np.repeat(enlarged(picture)[..., np.newaxis], 3, axis=2))
        for step in steps:
            faces = step(frame, faces)
        if faces:
            found[row] = faces[0]
    return found


def drawn_public(args: argparse.Namespace) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """`--count` of PublicTest's pictures (n, 48, 48) and labels (n,); DataError where there are none."""
    public = read_table(args.data).part("PublicTest")
    rows = np.random.default_rng(SEED).permutation(len(public))[: max(args.count, 0)]
    if not len(rows):
        raise DataError(f"there is no picture to draw: {len(public)} rows with usage PublicTest, --count {args.count}")
    return public.pixels[rows], public.labels[rows]


def mirrored_scores(classifier: Classifier, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Means over each chip and its mirror image, as single pictures are served."""
    answers = [
        classifier.scores(part) + classifier.scores(part[:, :, ::-1])
        for part in (chips[start : start + BATCH] for start in range(0, len(chips), BATCH))
    ]
    return np.asarray(np.concatenate(answers) / 2, np.float32)


def chance_of(hits: NDArray[np.bool_], others: NDArray[np.bool_]) -> float:
    """How likely so great a difference between two answers to the same pictures is by chance (McNemar's exact test)."""
    from scipy.stats import binomtest

    better, worse = int((hits & ~others).sum()), int((others & ~hits).sum())
    return float(binomtest(better, better + worse).pvalue) if better + worse else 1.0


def boxed(margin: float) -> Crop:
    """The detector's box with a margin, as most programs crop."""

    def crop(picture: NDArray[np.uint8], face: Face, spec: InputSpec) -> NDArray[np.uint8]:
        return _cut(picture, face.region.expanded(margin), spec)

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
    SERVED: aligned,
}
