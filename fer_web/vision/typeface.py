"""Letters and labels of a real typeface, rendered once and kept: FreeType through Pillow, Inter in semi-bold."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import lru_cache
from threading import Lock

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from fer_web.core import Pixels
from fer_web.core.palette import Color
from fer_web.resources import FONT

# Labels seen lately are kept up to this size: 1,400 of 640 x 480 pictures, 55 of full HD that a phone shows.
KEPT_BYTES = 16 * 2**20
# A pill's height and the space at its ends, in sizes of its letters.
HEIGHT, ENDS = 1.6, 0.6
# Where the letters' baseline lies in it: capitals, 0.73 of a size high, are in the middle.
BASELINE = 0.5 + 0.73 / HEIGHT / 2
DARK: Color = (14, 20, 18)
WHITE: Color = (255, 255, 255)


@dataclass(frozen=True, slots=True, eq=False)
class Stamp:
    """A picture to be put on another one: `inked` (h, w, 3) uint8 is its color times its opacity, `clear` (h, w, 1)
    uint8 is what shines through."""

    inked: NDArray[np.uint8]
    clear: NDArray[np.uint8]

    @property
    def nbytes(self) -> int:
        return self.inked.nbytes + self.clear.nbytes

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.clear.shape[:2]
        return width, height

    def onto(self, canvas: Pixels, left: int, top: int) -> None:
        """Puts it on `canvas` (H, W, 3); what reaches over an edge is left out."""
        width, height = self.size
        x, y = max(0, left), max(0, top)
        right, bottom = min(canvas.shape[1], left + width), min(canvas.shape[0], top + height)
        if x < right and y < bottom:
            part = (slice(y - top, bottom - top), slice(x - left, right - left))
            ground = canvas[y:bottom, x:right]
            ground[:] = self.inked[part] + np.multiply(ground, self.clear[part], dtype=np.uint16) // 255


@lru_cache(maxsize=16)
def _font(size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size_px, layout_engine=ImageFont.Layout.BASIC)


def text_width(text: str, size_px: int) -> int:
    """How wide a line is, in pixels."""
    return round(_font(size_px).getlength(text))


def ink_on(ground: Color) -> Color:
    """Dark or white letters: those that stand out more on a ground (WCAG's contrast is at least 4.5 on any)."""
    linear = [((part / 255 + 0.055) / 1.055) ** 2.4 if part > 10 else part / 3294 for part in ground]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return DARK if luminance > 0.18 else WHITE


class _Kept:
    """The labels seen lately, whatever their sizes are, in so many bytes together; for any thread."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes, self._lock = most_bytes, Lock()
        self._stamps: OrderedDict[tuple[str, int, Color], Stamp] = OrderedDict()
        self.nbytes = 0

    def get(self, text: str, size_px: int, color: Color) -> Stamp:
        label = text, size_px, color
        with self._lock:
            if label in self._stamps:
                self._stamps.move_to_end(label)
                return self._stamps[label]
            stamp = self._stamps[label] = _drawn_pill(text, size_px, color)
            self.nbytes += stamp.nbytes
            while self.nbytes > self._most_bytes:
                self.nbytes -= self._stamps.popitem(last=False)[1].nbytes
            return stamp


_KEPT = _Kept(KEPT_BYTES)


def pill(text: str, size_px: int, color: Color) -> Stamp:
    """A label with round ends, filled with `color` and rimmed in dark, so that it is legible on any ground."""
    return _KEPT.get(text, size_px, color)


def _drawn_pill(text: str, size_px: int, color: Color) -> Stamp:
    height, ends = round(size_px * HEIGHT), round(size_px * ENDS)
    size = (text_width(text, size_px) + 2 * ends, height)
    inside = np.pad(_rounded((size[0] - 2, height - 2)), 1)[..., np.newaxis].astype(np.uint16)
    ground = (np.array(color, np.uint16) * inside + np.array(DARK, np.uint16) * (255 - inside)) // 255
    picture = Image.fromarray(ground.astype(np.uint8))
    baseline = (ends, round(height * BASELINE))
    ImageDraw.Draw(picture).text(baseline, text, font=_font(size_px), fill=ink_on(color), anchor="ls")
    return _stamp(np.asarray(picture), _rounded(size))


def _rounded(size: tuple[int, int]) -> NDArray[np.uint8]:
    """The opacity of a rectangle with round ends and smooth edges."""
    width, height = size
    shape = np.full((height, width), 255, np.uint8)
    half = min(height, width) // 2
    disk = _disk(height)
    shape[:, :half], shape[:, width - half :] = disk[:, :half], disk[:, height - half :]
    return shape


@lru_cache(maxsize=32)
def _disk(side: int) -> NDArray[np.uint8]:
    fine = 4
    large = Image.new("L", (side * fine, side * fine), 0)
    ImageDraw.Draw(large).ellipse((0, 0, side * fine - 1, side * fine - 1), fill=255)
    return np.asarray(cv2.resize(np.asarray(large), (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def _stamp(rgb: NDArray[np.uint8], opacity: NDArray[np.uint8]) -> Stamp:
    alpha = opacity.astype(np.uint16)[..., np.newaxis]
    return Stamp((rgb * alpha // 255).astype(np.uint8), (255 - alpha).astype(np.uint8))
