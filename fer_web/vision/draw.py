"""The annotated image: the chosen layers over every face."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fer_web.core import Face, FrameResult, Pixels, Size
from fer_web.vision.overlays import DEFAULT_OVERLAYS, OVERLAYS, Overlay
from fer_web.vision.overlays.plate import draw_plate
from fer_web.vision.pen import DARK, WHITE, Pen


def draw(result: FrameResult, overlays: Iterable[Overlay] = DEFAULT_OVERLAYS, fps: float | None = None) -> Pixels:
    """A copy of the frame with the chosen layers over every face, and the frames per second in its corner."""
    canvas: Pixels = result.frame.pixels.copy()
    pen, wanted = Pen(canvas), frozenset(overlays)
    chosen = [overlay for overlay in OVERLAYS.values() if overlay in wanted]
    bottom_up = sorted(chosen, key=lambda overlay: -overlay.depth)
    for overlay in bottom_up:
        if overlay.under is not None:
            for face in result.faces:
                overlay.under(pen, face)
    for face in reversed(result.faces):
        for overlay in bottom_up:
            if overlay.over is not None:
                overlay.over(pen, face)
        _draw_plate(pen, face, chosen)
    if fps is not None:
        pen.plate_with_text(f"{fps:.0f} fps", canvas.shape[1], 0, WHITE, align_right=True)
    return canvas


def draw_notice(pixels: Pixels | None, size: Size, text: str) -> Pixels:
    """A dimmed image, or a dark one of `size` when there is none, with a sentence in its middle."""
    canvas = np.full((size[1], size[0], 3), DARK, np.uint8) if pixels is None else (pixels // 3).astype(np.uint8)
    Pen(canvas).centered(text)
    return canvas


def _draw_plate(pen: Pen, face: Face, overlays: Sequence[Overlay]) -> None:
    lines = [overlay.line(face) for overlay in overlays if overlay.line is not None]
    written = [line for line in lines if line is not None]
    if written:
        draw_plate(pen, face, written, any(overlay.has_bars for overlay in overlays))
