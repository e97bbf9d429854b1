"""The annotated image: the chosen layers over every face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import cv2
import numpy as np

from fer_web.core import Face, FrameResult, Pixels, Rect, Size
from fer_web.vision.overlays import DEFAULT_OVERLAYS, OVERLAYS, Overlay
from fer_web.vision.overlays.plate import draw_plate
from fer_web.vision.pen import Pen
from fer_web.vision.typeface import DARK


def draw(
    result: FrameResult,
    overlays: Iterable[Overlay] = DEFAULT_OVERLAYS,
    fps: float | None = None,
    shown_px: int | None = None,
) -> Pixels:
    """A copy of the frame with the chosen layers over every face, and the frames per second in its corner.

    Letters are 14 pixels or larger where the image is shown `shown_px` wide; see `letters_px`.
    """
    canvas: Pixels = result.frame.pixels.copy()
    pen, wanted = Pen(canvas, shown_px), frozenset(overlays)
    chosen = [overlay for overlay in OVERLAYS.values() if overlay in wanted]
    bottom_up = sorted(chosen, key=lambda overlay: -overlay.depth)
    for overlay in bottom_up:
        if overlay.under is not None:
            overlay.under(pen, result)
    for face in reversed(result.faces):
        for overlay in bottom_up:
            if overlay.over is not None:
                overlay.over(pen, face)
    _draw_plates(pen, result.faces, chosen)
    if fps is not None:
        pen.in_the_corner(f"{fps:.0f} fps")
    return canvas


def draw_notice(pixels: Pixels | None, size: Size, text: str, shown_px: int | None = None) -> Pixels:
    """A dimmed image, or a dark one of `size` when there is none, with a sentence in its middle."""
    canvas = np.full((size[1], size[0], 3), DARK, np.uint8) if pixels is None else (pixels // 3).astype(np.uint8)
    Pen(canvas, shown_px).centered(text)
    return canvas


def narrowed(pixels: Pixels, width: int | None) -> Pixels:
    """The image at most `width` pixels wide, in its own shape."""
    if width is None or pixels.shape[1] <= width:
        return pixels
    height = max(1, round(pixels.shape[0] * width / pixels.shape[1]))
    smaller: Pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return smaller


def _draw_plates(pen: Pen, faces: Sequence[Face], overlays: Sequence[Overlay]) -> None:
    """What is written about the faces, the largest first; none covers another one or somebody's forehead."""
    has_bars, taken = any(overlay.has_bars for overlay in overlays), [_upper_half(face.region) for face in faces]
    for place, face in enumerate(faces):
        lines = [overlay.line(face) for overlay in overlays if overlay.line is not None]
        written = [line for line in lines if line is not None]
        others = taken[:place] + taken[place + 1 :]
        area = draw_plate(pen, face, written, has_bars, others)
        if area is not None:
            taken.append(area)


def _upper_half(region: Rect) -> Rect:
    return Rect(region.left, region.top, region.right, max(region.top + 1, round(region.center[1])))
