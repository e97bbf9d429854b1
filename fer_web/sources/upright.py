"""Decoded frames as people see them: turned and mirrored as they say, with square pixels, each of its own size."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from fer_web.core import Pixels, Size
from fer_web.sources.cost import MAX_PIXELS

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.stream import VideoStream

# Pixels that are not square are made so; beyond this the file's number is an error.
WIDEST_PIXEL = 4.0


@dataclass(frozen=True, slots=True)
class Orientation:
    """One of the eight ways in which a frame is stored: first its sides are swapped, then it is mirrored."""

    swaps_sides: bool = False
    flips_columns: bool = False
    flips_rows: bool = False

    @classmethod
    def of_matrix(cls, a: int, b: int, c: int, d: int) -> Orientation:
        """Of a display matrix, which shows column p and row q at column a p + c q and row b p + d q.

        A matrix between two of the eight counts as the nearest one.
        """
        if abs(a) + abs(d) >= abs(b) + abs(c):
            return cls(False, a < 0, d < 0)
        return cls(True, c < 0, b < 0)

    @classmethod
    def of_frame(cls, frame: VideoFrame) -> Orientation:
        matrix = _matrix_of(frame)
        if matrix is None:
            return _TURNED[round(frame.rotation / 90) % 4]
        a, b, _, c, d = struct.unpack("=5i", matrix[:20])
        return cls.of_matrix(a, b, c, d)

    def size(self, stored: Size) -> Size:
        """The upright size of a frame that is `stored` so large."""
        return stored[::-1] if self.swaps_sides else stored

    def applied(self, pixels: Pixels) -> Pixels:
        """(H, W, 3) as stored to (H, W, 3) upright, contiguous."""
        upright = pixels.transpose(1, 0, 2) if self.swaps_sides else pixels
        upright = upright[:: -1 if self.flips_rows else 1, :: -1 if self.flips_columns else 1]
        return np.ascontiguousarray(upright)


# By how often a frame is to be turned counterclockwise.
_TURNED = (
    Orientation(),
    Orientation(swaps_sides=True, flips_rows=True),
    Orientation(flips_columns=True, flips_rows=True),
    Orientation(swaps_sides=True, flips_columns=True),
)


def _matrix_of(frame: VideoFrame) -> bytes | None:
    """A frame's display matrix; None when it has none, or besides it something that this PyAV has no name for.

    `frame.side_data` would refer to the frame that refers to it, and so keep images in memory until Python looks for
    such circles.
    """
    from av.sidedata.sidedata import SideDataContainer

    try:
        found = SideDataContainer(frame).get("DISPLAYMATRIX")  # type: ignore[call-arg]
    except ValueError:
        return None
    return None if found is None else bytes(found)


class Upright:
    """Makes the frames of one stream upright RGB images; belongs to the thread that decodes."""

    def __init__(self, stream: VideoStream) -> None:
        from av.video.reformatter import VideoReformatter

        self._stream = stream
        self._announced = stream.codec_context.sample_aspect_ratio
        self._reformatter = VideoReformatter()

    def size(self, frame: VideoFrame) -> Size:
        """The size of the image that a frame becomes."""
        return Orientation.of_frame(frame).size(self._squared(frame))

    def pixels(self, frame: VideoFrame) -> Pixels:
        """(H, W, 3) RGB."""
        width, height = self._squared(frame)
        rgb = self._reformatter.reformat(frame, width=width, height=height, format="rgb24", interpolation="BILINEAR")
        return Orientation.of_frame(frame).applied(np.asarray(rgb.to_ndarray(), np.uint8))

    def _squared(self, frame: VideoFrame) -> Size:
        """As stored, with square pixels."""
        width = max(1, round(frame.width * self._pixel_width()))
        return (width if width * frame.height <= MAX_PIXELS else frame.width), frame.height

    def _pixel_width(self) -> float:
        """A pixel's width by its height: the container's, unless the coded frames have changed theirs on the way."""
        now = self._stream.codec_context.sample_aspect_ratio
        is_changed = bool(now) and now != self._announced
        pixel = float((now if is_changed else self._stream.sample_aspect_ratio) or Fraction(1))
        return pixel if 1 / WIDEST_PIXEL <= pixel <= WIDEST_PIXEL else 1.0
