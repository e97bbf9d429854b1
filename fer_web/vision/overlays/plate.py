"""What the layers write about a face: a label and the seven bars, beside the face and never over its upper half."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fer_web.core import Emotion, Face, Rect, Size
from fer_web.core.palette import EMOTION_COLORS, Color
from fer_web.vision.pen import Pen, color_of

EMPTY_BAR: Color = (60, 60, 60)
# How much of its column a bar fills; the rest is a gap.
BAR_SHARE = 0.75
# How far over the region a label is, in heights of that: a region may end below the hair.
LIFT = 0.06
# The bars' width and height, in sizes of letters.
BARS_WIDTH, BARS_HEIGHT = 8, 2.5


def draw_plate(pen: Pen, face: Face, lines: Sequence[str], with_bars: bool, taken: Sequence[Rect] = ()) -> Rect | None:
    """Draws the lines in one label, with the seven bars beyond it; where that is, None when there is nothing to draw.

    It keeps off `taken` as far as there is room.
    """
    stamp = pen.label(" · ".join(lines), color_of(face)) if lines else None
    has_bars = with_bars and face.scores is not None
    bars = (round(BARS_WIDTH * pen.letters), round(BARS_HEIGHT * pen.letters)) if has_bars else (0, 0)
    label = (0, 0) if stamp is None else stamp.size
    width, height = max(label[0], bars[0]), label[1] + bars[1]
    if not width or not height:
        return None
    area = _place(pen, face.region, (width, height), taken)
    is_below = area.top >= face.region.bottom  # the label is next to the face, the bars beyond it
    label_top, bars_top = (area.top, area.top + label[1]) if is_below else (area.top + bars[1], area.top)
    if has_bars:
        _draw_bars(pen, face, Rect(area.left, bars_top, area.left + bars[0], bars_top + bars[1]))
    if stamp is not None:
        stamp.onto(pen.canvas, area.left, label_top)
    return area


def _place(pen: Pen, region: Rect, size: Size, taken: Sequence[Rect]) -> Rect:
    """Above the region, below it or beside it: what covers least of `taken`; over the chin where it fits nowhere."""
    areas = [area for area in _around(pen, region, size) if area.clipped(pen.size) == area]
    areas = areas or [_over_the_chin(pen, region, size)]
    return min(areas, key=lambda area: sum(area.shared_area(other) for other in taken))


def _around(pen: Pen, region: Rect, size: Size) -> Iterator[Rect]:
    """Above, closely above, below, to the right and to the left; moved along the face's sides into the image."""
    lift = max(pen.gap, round(LIFT * region.height))
    left = max(0, min(region.left, pen.size[0] - size[0]))
    top = max(0, min(region.top, pen.size[1] - size[1]))
    for x, y in (
        (left, region.top - lift - size[1]),
        (left, region.top - pen.gap - size[1]),
        (left, region.bottom + pen.gap),
        (region.right + pen.gap, top),
        (region.left - pen.gap - size[0], top),
    ):
        yield Rect(x, y, x + size[0], y + size[1])


def _over_the_chin(pen: Pen, region: Rect, size: Size) -> Rect:
    left = max(0, min(region.left, pen.size[0] - size[0]))
    top = min(region.bottom, pen.size[1]) - size[1]
    return Rect(left, top, left + size[0], top + size[1])


def _draw_bars(pen: Pen, face: Face, plate: Rect) -> None:
    """Seven columns in the order of the emotions; a full column is probability 1."""
    if face.scores is None:
        return
    pen.plate(plate)
    pad = pen.line + 1
    area = Rect(plate.left + pad, plate.top + pad, plate.right - pad, plate.bottom - pad)
    width = (area.width + (1 - BAR_SHARE) * area.width / len(Emotion)) / len(Emotion)
    for place, (emotion, score) in enumerate(zip(Emotion, face.scores, strict=True)):
        left, right = round(area.left + place * width), round(area.left + (place + BAR_SHARE) * width)
        top = area.bottom - round(float(score) * area.height)
        pen.filled_rect(Rect(left, area.top, right, area.bottom), EMPTY_BAR)
        if top < area.bottom:
            pen.filled_rect(Rect(left, top, right, area.bottom), EMOTION_COLORS[emotion])
