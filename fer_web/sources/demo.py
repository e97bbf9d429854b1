"""The demo's images: a real face that moves, turns, blinks and is lit from changing sides."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Pixels
from fer_web.sources import demo_portrait as portrait
from fer_web.sources.demo_plan import DemoPlan, Placement, closure, place

_NOISE = 10  # gray levels between the noise's extremes and its middle
_SHIFT = 64  # the noise of each frame is another part of one that is larger by this
_NEUTRAL = 128  # the light that changes nothing
_MARGINS = (320, 150)  # pixels of the portrait: what surrounds it left and right, above and below
_FRAME_WIDTH = 3  # pixels of the portrait: the white frame of the small pictures


class DemoShow:
    """Renders any frame of the demo: one affine warp a face, then light and noise prepared before. For one thread."""

    def __init__(self, plan: DemoPlan) -> None:
        rng = np.random.default_rng(0)
        width, height = plan.size
        self._plan = plan
        self._stage = _stage(plan)
        self._actor, corner = _alone() if plan.faces == 1 else _framed()
        self._face = tuple((at - edge) * portrait.ZOOM for at, edge in zip(portrait.FACE_CENTER, corner, strict=True))
        left, top, right, bottom = portrait.AROUND_EYES
        self._eyes = tuple(
            slice((low - edge) * portrait.ZOOM, (high - edge) * portrait.ZOOM)
            for low, high, edge in ((top, bottom, corner[1]), (left, right, corner[0]))
        )
        self._light = _light(plan)
        self._noise = rng.integers(0, _NOISE, (height + _SHIFT, width + _SHIFT, 3), np.uint8, endpoint=True)

    def picture(self, index: int) -> Pixels:
        """Frame `index`, (H, W, 3) RGB: the same whenever it is asked for."""
        import cv2

        time_s = index / self._plan.fps
        pixels = self._stage.copy()
        for face in range(self._plan.faces):
            self._actor[self._eyes] = portrait.eyes()[round(closure(time_s, face) * portrait.LEVELS)]
            _paste(self._actor, _matrix(place(self._plan, time_s, face), self._face), pixels)
        pixels = cv2.multiply(pixels, self._lit(time_s), scale=(0.85 + 0.2 * math.sin(0.53 * time_s)) / _NEUTRAL)
        cv2.add(pixels, self._grain(index * 2), pixels)
        cv2.subtract(pixels, self._grain(index * 2 + 1), pixels)
        return np.asarray(pixels)

    def _lit(self, time_s: float) -> Pixels:
        width = self._plan.size[0]
        left = round((0.5 + 0.5 * math.sin(0.29 * time_s)) * (self._light.shape[1] - width))
        return self._light[:, left : left + width]

    def _grain(self, number: int) -> Pixels:
        width, height = self._plan.size
        top, left = number * 37 % _SHIFT, number * 53 % _SHIFT
        return self._noise[top : top + height, left : left + width]


def _alone() -> tuple[Pixels, tuple[int, int]]:
    """The portrait that runs out into a blur of itself and so fills the picture at every place, and its corner."""
    import cv2

    picture = portrait.enlarged()
    across, down = (margin * portrait.ZOOM for margin in _MARGINS)
    wide = cv2.copyMakeBorder(picture, down, down, across, across, cv2.BORDER_REPLICATE)
    small = cv2.GaussianBlur(cv2.resize(wide, None, fx=1 / 16, fy=1 / 16, interpolation=cv2.INTER_AREA), (0, 0), 5)
    actor = cv2.resize(small, wide.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    inside = actor[down:-down, across:-across]
    inside[:] = inside + (picture.astype(np.float32) - inside) * _vignette(picture.shape[0])
    return actor, (-_MARGINS[0], -_MARGINS[1])


def _vignette(side: int) -> NDArray[np.float32]:
    """1 where the portrait is seen, falling to 0 at its edges and over the shuttle, in which dlib sees a face."""
    import cv2

    seen = np.zeros((side, side), np.float32)
    edge = side // 16
    seen[edge : round(side * 0.6), edge:-edge] = 1
    return np.asarray(cv2.GaussianBlur(seen, (0, 0), edge / 2.5))[:, :, None]


def _framed() -> tuple[Pixels, tuple[int, int]]:
    """The head in a white frame, and its corner in the portrait."""
    import cv2

    left, top, right, bottom = (edge * portrait.ZOOM for edge in portrait.HEAD)
    actor = portrait.enlarged()[top:bottom, left:right].copy()
    last = actor.shape[1] - 1, actor.shape[0] - 1
    cv2.rectangle(actor, (0, 0), last, (245, 245, 240), 2 * _FRAME_WIDTH * portrait.ZOOM)
    return actor, portrait.HEAD[:2]


def _stage(plan: DemoPlan) -> Pixels:
    """What is behind the actors: the portrait, enlarged and blurred beyond recognition."""
    import cv2

    small = cv2.GaussianBlur(cv2.resize(portrait.enlarged(), (64, 48), interpolation=cv2.INTER_AREA), (0, 0), 4)
    return np.asarray(cv2.resize(small, plan.size, interpolation=cv2.INTER_CUBIC))


def _light(plan: DemoPlan) -> Pixels:
    """Light from the left, from the front, from the right: a part as wide as the picture is laid over it."""
    width, height = plan.size
    across = np.linspace(0, 2 * np.pi, round(width * 1.8), dtype=np.float32)
    warm, cold = np.array([1.04, 1.0, 0.94]), np.array([0.95, 1.0, 1.06])
    tint = warm + (cold - warm) * np.linspace(0, 1, across.size)[:, None]
    line = _NEUTRAL * (1 + 0.22 * np.cos(across))[:, None] * tint
    return np.ascontiguousarray(np.broadcast_to(line, (height, *line.shape)).clip(0, 255).astype(np.uint8))


def _matrix(placement: Placement, origin: tuple[float, ...]) -> NDArray[np.float64]:
    """The 2 x 3 matrix that puts an actor's face at its place."""
    import cv2

    scale = placement.width / (portrait.FACE_WIDTH * portrait.ZOOM)
    matrix = cv2.getRotationMatrix2D(origin, -placement.roll_deg, scale)
    matrix[:, 2] += placement.x - origin[0], placement.y - origin[1]
    return np.asarray(matrix)


def _paste(actor: Pixels, matrix: NDArray[np.float64], onto: Pixels) -> None:
    """Warp `actor` onto the part of the picture that it covers."""
    import cv2

    height, width = actor.shape[:2]
    corners = np.array([(0, 0), (width, 0), (0, height), (width, height)]) @ matrix[:, :2].T + matrix[:, 2]
    limits = onto.shape[1], onto.shape[0]
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, limits).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 0, limits).astype(int)
    part = onto[top:bottom, left:right]
    shifted = matrix - [[0, 0, left], [0, 0, top]]
    cv2.warpAffine(actor, shifted, part.shape[1::-1], part, cv2.INTER_LINEAR, cv2.BORDER_TRANSPARENT)
