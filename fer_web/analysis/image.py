"""One uploaded picture to its faces: the same for HTTP and for the command line."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from fer_web.core import Frame, FrameResult, largest_first
from fer_web.sources import decode_image

if TYPE_CHECKING:
    from fer_web.vision import Analyzer


def analyze_upload(
    vision: Analyzer, data: bytes, *, upsample: int, max_bytes: int, max_pixels: int, keypoints: bool = False
) -> FrameResult:
    """The picture's faces, the largest first; decoding counts among the steps, `total` is the whole. ImageError."""
    started = time.perf_counter()
    pixels = decode_image(data, max_bytes=max_bytes, max_pixels=max_pixels)
    decoded_ms = _since_ms(started)
    result = vision.still(upsample, keypoints)(Frame(index=0, time_s=0.0, pixels=pixels))
    timing_ms = {"decode": decoded_ms, **result.timing_ms, "total": _since_ms(started)}
    return replace(result, faces=largest_first(result.faces), timing_ms=timing_ms)


def _since_ms(started: float) -> float:
    return (time.perf_counter() - started) * 1000
