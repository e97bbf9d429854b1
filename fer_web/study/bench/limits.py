"""`python -m fer_web bench limits`: how small, blurred, dark or pale a face can still be read.

FER2013's PublicTest pictures are changed step by step; where the answers are right less than every second time, a face
of that quality is not worth one.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Rect
from fer_web.study.bench.framing import add_arguments, drawn_public
from fer_web.study.training.calibrate import certain
from fer_web.vision.classify import Classifier
from fer_web.vision.quality import assess

__all__ = ["add_arguments", "run"]

Picture: TypeAlias = NDArray[np.uint8]
SIDE = 48
SIDES_PX, BLURS_PX, LIGHTS = (32, 24, 20, 16, 12, 10), (1.0, 1.5, 2.0, 2.5), (0.2, 0.1, 0.06, 0.04, 0.02)


def run(args: argparse.Namespace) -> int:
    """Print how many of the changed pictures are answered rightly, and what `quality` says of them."""
    pixels, labels = drawn_public(args)
    classifier = Classifier.load_lite(args.models, args.model)
    print("| picture | right | certain | right of these | sharpness | brightness |\n|---|---|---|---|---|---|")
    for name, change in _changes():
        changed = np.stack([change(picture) for picture in pixels]).astype(np.uint8)
        scores = classifier.scores(changed)
        right = float((scores.argmax(axis=1) == labels).mean())
        sure = certain(scores, labels, classifier.card.uncertain_below)
        found = [assess(picture, Rect(0, 0, SIDE, SIDE)) for picture in changed]
        sharp, bright = (float(np.median([getattr(one, key) for one in found])) for key in ("sharpness", "brightness"))
        print(f"| {name} | {right:.1%} | {sure['share']:.1%} | {sure['accuracy']:.1%} | {sharp:.2f} | {bright:.2f} |")
    return 0


def _changes() -> Iterator[tuple[str, Callable[[Picture], Picture]]]:
    yield "as it is", lambda picture: picture
    for side in SIDES_PX:
        yield f"{side} pixels wide", partial(_shrunk, side)
    for blur in BLURS_PX:
        yield f"blurred by {blur} of 48 pixels", partial(_blurred, blur)
    for light in LIGHTS:
        yield f"{light:.0%} of its light", partial(_darkened, light)
        yield f"{light:.0%} of its contrast to white", partial(_paled, light)


def _shrunk(side: int, picture: Picture) -> Picture:
    small = cv2.resize(picture, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC), np.uint8)


def _blurred(blur: float, picture: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), blur), np.uint8)


def _darkened(light: float, picture: Picture) -> Picture:
    return np.asarray(np.round(picture * light), np.uint8)


def _paled(light: float, picture: Picture) -> Picture:
    return np.asarray(255 - np.round((255.0 - picture) * light), np.uint8)
