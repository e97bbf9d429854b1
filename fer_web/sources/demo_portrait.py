"""The demo's actor: a portrait of Eileen Collins (NASA, public domain), with eyelids that close."""

from __future__ import annotations

from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Pixels
from fer_web.resources import PORTRAIT

# Everything below is in pixels of the portrait, 512 x 512; measured in it enlarged, dlib's box is the face.
FACE_CENTER = (221.0, 122.0)
FACE_WIDTH = 89.0
HEAD = (140, 28, 306, 214)  # hair to collar: left, top, right, bottom

# The rims of the lids: outer or inner corner, twice the rim, the other corner; upper and lower, left to right.
_Rim: TypeAlias = tuple[tuple[float, float], ...]
_EYES: tuple[tuple[_Rim, _Rim], ...] = (
    (
        ((193.5, 100.5), (199.5, 97.3), (206.0, 97.8), (213.0, 102.8)),
        ((193.5, 100.5), (199.5, 104.4), (206.0, 105.2), (213.0, 102.8)),
    ),
    (
        ((238.0, 105.0), (244.0, 100.3), (251.0, 99.8), (258.5, 103.8)),
        ((238.0, 105.0), (244.0, 107.2), (251.0, 107.6), (258.5, 103.8)),
    ),
)
AROUND_EYES = (190, 86, 262, 112)  # left, top, right, bottom
_LID_HEIGHT = 7.0  # skin between brow and rim that stretches over the eye

ZOOM = 2  # the portrait is enlarged once, smoothly, and then only scaled about 0.6 to 1.1 times
LEVELS = 4  # steps from open, 0, to shut


def portrait() -> Pixels:
    """As it was taken, (512, 512, 3) RGB."""
    import cv2

    return np.asarray(cv2.imread(str(PORTRAIT), cv2.IMREAD_COLOR_RGB))


@cache
def enlarged() -> Pixels:
    """The portrait, (512 * ZOOM, 512 * ZOOM, 3) RGB, eyes open."""
    import cv2

    return np.asarray(cv2.resize(portrait(), None, fx=ZOOM, fy=ZOOM, interpolation=cv2.INTER_CUBIC))


@cache
def eyes() -> tuple[Pixels, ...]:
    """What belongs into `AROUND_EYES` of the enlarged portrait at each of `LEVELS` + 1 steps from open to shut."""
    return tuple(_blinking(level / LEVELS) for level in range(LEVELS + 1))


def _blinking(closure: float) -> Pixels:
    import cv2

    left, top, right, bottom = (edge * ZOOM for edge in AROUND_EYES)
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    for upper, lower in _EYES:
        ys = _lowered_lid(xs, ys, np.array(upper) * ZOOM, np.array(lower) * ZOOM, closure)
    return np.asarray(cv2.remap(enlarged(), xs, ys, cv2.INTER_CUBIC))


def _lowered_lid(
    xs: NDArray[np.float32],
    ys: NDArray[np.float32],
    upper: NDArray[np.float64],
    lower: NDArray[np.float64],
    closure: float,
) -> NDArray[np.float32]:
    """Where each pixel's color comes from when the skin above the upper rim is stretched towards the lower one."""
    rim = np.polynomial.Polynomial.fit(upper[:, 0], upper[:, 1], 3)(xs)
    goal = np.polynomial.Polynomial.fit(lower[:, 0], lower[:, 1], 3)(xs)
    fold = rim - _LID_HEIGHT * ZOOM
    lowered = rim + closure * np.maximum(goal - rim, 0)
    is_lid = (xs > upper[0, 0]) & (xs < upper[-1, 0]) & (ys > fold) & (ys < lowered)
    source = fold + (ys - fold) * (rim - fold) / (lowered - fold)
    return np.where(is_lid, source, ys).astype(np.float32)
