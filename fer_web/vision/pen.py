"""What is drawn for people: legible on light and dark ground, in sizes that suit the image and where it is shown."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Pixels, Points, Rect, Size
from fer_web.core.palette import EMOTION_COLORS, Color
from fer_web.vision.typeface import DARK, Stamp, pill

UNCERTAIN: Color = (150, 150, 150)
# How large letters are where the image is shown, and how wide it is taken to be shown when nobody says.
SHOWN_LETTERS_PX, USUALLY_SHOWN_PX = 14, 640
# Letters are not smaller in the image itself: enlarged ones would not be legible either. Those of a text that is wider
# than the image are, down to this.
LEAST_LETTERS_PX, TINY_LETTERS_PX = 11, 4
# Letters for one width of a line; how long a dash and the gap after it are, in lines.
LETTERS_PER_LINE, DASH, GAP = 7, 6, 4
# Lines within a face are sized for the image, of whose height they are this share: thicker ones would cover the face.
THIN = 1 / 400
# How much of the ground a plate hides.
PLATE_OPACITY = 0.65


def color_of(face: Face) -> Color:
    """The dominant emotion's; gray where that is not certain."""
    return UNCERTAIN if face.dominant_emotion is None or face.uncertain else EMOTION_COLORS[face.dominant_emotion]


def letters_px(size: Size, shown_px: int | None = None) -> int:
    """How large letters have to be in an image of `size` so that they are 14 pixels where it is `shown_px` wide.

    Without that, an image is taken to be shown as it is, or 640 wide when it is larger.
    """
    shown = min(size[0], USUALLY_SHOWN_PX) if shown_px is None else shown_px
    return max(LEAST_LETTERS_PX, math.ceil(SHOWN_LETTERS_PX * size[0] / shown))


class Pen:
    """Draws on one image, for somebody who sees it `shown_px` wide."""

    def __init__(self, canvas: Pixels, shown_px: int | None = None) -> None:
        self.canvas = canvas
        self.size: Size = (canvas.shape[1], canvas.shape[0])
        self.letters = letters_px(self.size, shown_px)
        self.line = max(1, round(self.letters / LETTERS_PER_LINE))
        self.gap = self.line + 2
        self.thin = max(1, round(THIN * canvas.shape[0]))

    def outlined_rect(self, rect: Rect, color: Color) -> None:
        """A frame with a dark rim: seen on light ground by its rim and on dark ground by itself."""
        corners = (rect.left, rect.top), (rect.right - 1, rect.bottom - 1)
        cv2.rectangle(self.canvas, *corners, DARK, self.line + 2)
        cv2.rectangle(self.canvas, *corners, color, self.line)

    def dashed_rect(self, rect: Rect, color: Color) -> None:
        """The same in dashes; a corner always belongs to one."""
        dashes = list(_dashes(rect, DASH * self.line, GAP * self.line))
        for ink, width in ((DARK, self.line + 2), (color, self.line)):
            for start, end in dashes:
                cv2.line(self.canvas, start, end, ink, width)

    def filled_rect(self, rect: Rect, color: Color) -> None:
        cv2.rectangle(self.canvas, (rect.left, rect.top), (rect.right - 1, rect.bottom - 1), color, -1)

    def outline(self, points: Points, closed: bool, color: Color) -> None:
        path = np.round(points).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(self.canvas, [path], closed, DARK, self.thin + 1, cv2.LINE_AA)
        cv2.polylines(self.canvas, [path], closed, color, max(1, self.thin - 1), cv2.LINE_AA)

    def fine_lines(self, lines: Sequence[tuple[Points, bool]], color: Color) -> None:
        """Many lines of a pixel's width, each with whether it is closed."""
        for is_closed in (False, True):
            paths = [np.round(points).astype(np.int32) for points, closed in lines if closed == is_closed]
            cv2.polylines(self.canvas, paths, is_closed, color, max(1, self.thin // 2), cv2.LINE_AA)

    def arrow(self, start: NDArray[Any], end: NDArray[Any], color: Color) -> None:
        """From one point (2,) to another with a dark rim; a dot where both are nearly the same."""
        first, last = ((int(x), int(y)) for x, y in (np.round(start), np.round(end)))
        length = max(1.0, float(np.hypot(last[0] - first[0], last[1] - first[1])))
        tip = min(0.5, 5 * self.thin / length)
        for ink, width in ((DARK, self.thin + 3), (color, self.thin + 1)):
            cv2.circle(self.canvas, first, width, ink, -1, cv2.LINE_AA)
            if length > 2 * self.thin:
                cv2.arrowedLine(self.canvas, first, last, ink, width, cv2.LINE_AA, tipLength=tip)

    def dots(self, points: Points, color: Color) -> None:
        """Points with a dark rim each."""
        for x, y in np.round(points).astype(int):
            cv2.circle(self.canvas, (int(x), int(y)), self.thin + 2, DARK, -1, cv2.LINE_AA)
            cv2.circle(self.canvas, (int(x), int(y)), self.thin + 1, color, -1, cv2.LINE_AA)

    def plate(self, rect: Rect) -> None:
        """Darkens the ground where something will be drawn."""
        area = rect.clipped(self.size)
        if area is not None:
            ground = self.canvas[area.top : area.bottom, area.left : area.right]
            cv2.addWeighted(ground, 1 - PLATE_OPACITY, np.full_like(ground, 12), PLATE_OPACITY, 0, dst=ground)

    def label(self, text: str, color: Color) -> Stamp:
        """A pill with a text, in smaller letters where it would be wider than the image."""
        stamp = pill(text, self.letters, color)
        if stamp.size[0] <= self.size[0]:
            return stamp
        return pill(text, max(TINY_LETTERS_PX, self.letters * self.size[0] // stamp.size[0]), color)

    def in_the_corner(self, text: str) -> None:
        """A dark label in the top right corner."""
        stamp = self.label(text, DARK)
        stamp.onto(self.canvas, self.size[0] - stamp.size[0] - self.gap, self.gap)

    def centered(self, text: str) -> None:
        stamp = self.label(text, DARK)
        stamp.onto(self.canvas, (self.size[0] - stamp.size[0]) // 2, (self.size[1] - stamp.size[1]) // 2)


def _dashes(rect: Rect, dash: int, gap: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Each side's dashes, from corner to corner, with gaps stretched so that the last dash ends in the corner."""
    right, bottom = rect.right - 1, rect.bottom - 1
    for along, (low, high) in (((1, 0), (rect.left, right)), ((0, 1), (rect.top, bottom))):
        length = high - low
        count = max(1, round((length + gap) / (dash + gap)))
        step = 0.0 if count == 1 else (length - dash) / (count - 1)
        spans = [(round(low + n * step), min(high, round(low + n * step) + dash)) for n in range(count)]
        for side in (rect.top, bottom) if along[0] else (rect.left, right):
            yield from (((a, side), (b, side)) if along[0] else ((side, a), (side, b)) for a, b in spans)
