"""What is drawn for people: legible on light and dark ground, in sizes that suit the image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Pixels, Points, Rect
from fer_web.core.palette import EMOTION_COLORS, Color

FONT = cv2.FONT_HERSHEY_SIMPLEX
WHITE: Color = (255, 255, 255)
DARK: Color = (24, 24, 24)
UNCERTAIN: Color = (150, 150, 150)
# Text and lines are sized for an image this high.
REFERENCE_HEIGHT = 480
# How much of the ground a label's plate hides.
PLATE_OPACITY = 0.65


def color_of(face: Face) -> Color:
    """The dominant emotion's; gray where that is not certain."""
    return UNCERTAIN if face.dominant_emotion is None or face.uncertain else EMOTION_COLORS[face.dominant_emotion]


class Pen:
    """Draws on one image."""

    def __init__(self, canvas: Pixels) -> None:
        self.canvas = canvas
        self.scale = max(0.35, 0.5 * canvas.shape[0] / REFERENCE_HEIGHT)
        self.line = max(1, round(self.scale * 2.4))
        self.pad = max(3, round(self.scale * 12))
        self.row = round(self.scale * 24) + 2 * self.pad - 2

    def outlined_rect(self, rect: Rect, color: Color) -> None:
        """A frame with a dark rim: seen on light ground by its rim and on dark ground by itself."""
        corners = (rect.left, rect.top), (rect.right - 1, rect.bottom - 1)
        cv2.rectangle(self.canvas, *corners, DARK, self.line + 2)
        cv2.rectangle(self.canvas, *corners, color, self.line)

    def filled_rect(self, rect: Rect, color: Color) -> None:
        cv2.rectangle(self.canvas, (rect.left, rect.top), (rect.right - 1, rect.bottom - 1), color, -1)

    def outline(self, points: Points, closed: bool, color: Color) -> None:
        path = np.round(points).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(self.canvas, [path], closed, DARK, self.line + 1, cv2.LINE_AA)
        cv2.polylines(self.canvas, [path], closed, color, max(1, self.line - 1), cv2.LINE_AA)

    def fine_lines(self, lines: Sequence[tuple[Points, bool]], color: Color) -> None:
        """Many lines of a pixel's width, each with whether it is closed."""
        for is_closed in (False, True):
            paths = [np.round(points).astype(np.int32) for points, closed in lines if closed == is_closed]
            cv2.polylines(self.canvas, paths, is_closed, color, max(1, self.line // 2), cv2.LINE_AA)

    def arrow(self, start: NDArray[Any], end: NDArray[Any], color: Color) -> None:
        """From one point (2,) to another with a dark rim; a dot where both are nearly the same."""
        first, last = ((int(x), int(y)) for x, y in (np.round(start), np.round(end)))
        length = max(1.0, float(np.hypot(last[0] - first[0], last[1] - first[1])))
        tip = min(0.5, 5 * self.line / length)
        for ink, width in ((DARK, self.line + 3), (color, self.line + 1)):
            cv2.circle(self.canvas, first, width, ink, -1, cv2.LINE_AA)
            if length > 2 * self.line:
                cv2.arrowedLine(self.canvas, first, last, ink, width, cv2.LINE_AA, tipLength=tip)

    def dots(self, points: Points, color: Color) -> None:
        """Points with a dark rim each."""
        for x, y in np.round(points).astype(int):
            cv2.circle(self.canvas, (int(x), int(y)), self.line + 2, DARK, -1, cv2.LINE_AA)
            cv2.circle(self.canvas, (int(x), int(y)), self.line + 1, color, -1, cv2.LINE_AA)

    def plate(self, rect: Rect) -> None:
        """Darkens the ground where something will be written."""
        area = rect.clipped((self.canvas.shape[1], self.canvas.shape[0]))
        if area is not None:
            ground = self.canvas[area.top : area.bottom, area.left : area.right]
            cv2.addWeighted(ground, 1 - PLATE_OPACITY, np.full_like(ground, 12), PLATE_OPACITY, 0, dst=ground)

    def text_width(self, text: str) -> int:
        return int(cv2.getTextSize(text, FONT, self.scale, 1)[0][0])

    def text(self, text: str, left: int, bottom: int, color: Color) -> None:
        cv2.putText(self.canvas, text, (left, bottom), FONT, self.scale, color, max(1, self.line - 1), cv2.LINE_AA)

    def plate_with_text(self, text: str, left: int, top: int, color: Color, align_right: bool = False) -> None:
        width = self.text_width(text) + 2 * self.pad
        left = left - width if align_right else left
        self.plate(Rect(left, top, left + width, top + self.row))
        self.text(text, left + self.pad, top + self.row - self.pad, color)

    def centered(self, text: str) -> None:
        height, width = self.canvas.shape[:2]
        left, top = (width - self.text_width(text)) // 2 - self.pad, (height - self.row) // 2
        self.plate_with_text(text, max(0, left), top, WHITE)
