"""A face's plate: what the layers write about it, and the seven bars."""

from __future__ import annotations

from collections.abc import Sequence

from fer_web.core import Emotion, Face, Rect
from fer_web.core.palette import EMOTION_COLORS, Color
from fer_web.vision.pen import WHITE, Pen, color_of

EMPTY_BAR: Color = (60, 60, 60)
# How much of its column a bar fills; the rest is a gap.
BAR_SHARE = 0.75


def draw_plate(pen: Pen, face: Face, lines: Sequence[str], with_bars: bool) -> None:
    """The lines and the seven bars: over the region, or under it when there is no room."""
    has_bars = with_bars and face.scores is not None
    width = max(map(pen.text_width, lines)) + 3 * pen.pad
    height = pen.row * len(lines) + (2 * pen.row if has_bars else 0)
    left, top = _place(pen, face.region, width, height)
    pen.plate(Rect(left, top, left + width, top + height))
    pen.filled_rect(Rect(left, top, left + pen.pad, top + height), color_of(face))
    for number, text in enumerate(lines):
        pen.text(text, left + 2 * pen.pad, top + (number + 1) * pen.row - pen.pad, WHITE)
    if has_bars:
        bars_top = top + len(lines) * pen.row
        _draw_bars(pen, face, Rect(left + 2 * pen.pad, bars_top, left + width - pen.pad, top + height - pen.pad))


def _place(pen: Pen, region: Rect, width: int, height: int) -> tuple[int, int]:
    """Left and top of a plate that stays in the image, if it fits."""
    above = region.top - height - pen.line
    top = above if above >= 0 else min(region.bottom + pen.line, pen.canvas.shape[0] - height)
    return max(0, min(region.left, pen.canvas.shape[1] - width)), top


def _draw_bars(pen: Pen, face: Face, area: Rect) -> None:
    """Seven columns in the order of the emotions; a full column is probability 1."""
    if face.scores is None:
        return
    width = area.width / len(Emotion)
    for place, (emotion, score) in enumerate(zip(Emotion, face.scores, strict=True)):
        left, right = round(area.left + place * width), round(area.left + (place + BAR_SHARE) * width)
        top = area.bottom - 1 - round(float(score) * (area.height - 1))
        pen.filled_rect(Rect(left, area.top, right + 1, area.bottom + 1), EMPTY_BAR)
        pen.filled_rect(Rect(left, top, right + 1, area.bottom + 1), EMOTION_COLORS[emotion])
