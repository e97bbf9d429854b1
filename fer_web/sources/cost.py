"""What reading a video may cost: pixels against its length, checked before they are decoded and while they are."""

from __future__ import annotations

from dataclasses import dataclass

from fer_web.core import Size
from fer_web.errors import SourceError
from fer_web.sources.memory import free_memory_bytes

MAX_PIXELS = 7680 * 4320  # 8K; a larger image would fill the memory before anybody sees it
# A second of video may have so many pixels decoded: 4K at 240 frames, a phone's slow motion, and no more.
DECODED_PX_PER_S = 2_000_000_000
# And so many analyzed, which costs far more: 4K at 30 frames, or 8K at 7.
ANALYZED_PX_PER_S = 250_000_000
# Whatever its rate, a short video may have so many: 120 images of 8K.
FREE_PX = 4_000_000_000
# Bytes a pixel that an analysis holds at once: images in each of three threads and between them, 3 bytes a pixel, and
# what the decoder keeps.
HELD_BYTES_PER_PX = 40


@dataclass(frozen=True, slots=True)
class Demand:
    """What a video of `length_s` asks for: frames of `size`, so many a second."""

    size: Size
    decoded_fps: float
    analyzed_fps: float
    length_s: float

    def check(self, name: str) -> None:
        """SourceError, with the numbers and what to do, when that is too much."""
        width, height = self.size
        wanted = (
            (self.analyzed_fps, ANALYZED_PX_PER_S, "analyzed", f"; {self._remedy()}"),
            (self.decoded_fps, DECODED_PX_PER_S, "decoded", "; reduce its size or its frame rate"),
        )
        for fps, limit, what, remedy in wanted:
            pixels = width * height * fps * self.length_s
            if pixels > FREE_PX + limit * self.length_s:
                raise SourceError(
                    f"{name} has {width} x {height} pixels per frame, and {fps:.3g} frames per second to be {what}: "
                    f"{width * height * fps:,.0f} pixels per second, but at most {limit:,} are allowed for a video "
                    f"of {self.length_s:.0f} s{remedy}"
                )

    def _remedy(self) -> str:
        fps = ANALYZED_PX_PER_S / (self.size[0] * self.size[1])
        return f"analyze at most {fps:.1f} frames per second, or reduce its size"


def check_memory(name: str, size: Size) -> None:
    """SourceError, with the numbers, when images of that size do not fit into the memory that is free."""
    needed, free = size[0] * size[1] * HELD_BYTES_PER_PX, free_memory_bytes()
    if free is not None and needed > free:
        raise SourceError(
            f"{name} has {size[0]} x {size[1]} pixels per frame, which takes about {needed // 1_000_000:,} MB of "
            "memory, "
            f"but only {free // 1_000_000:,} MB are free; reduce its size"
        )


class Meter:
    """Counts what is decoded and analyzed, for what a video did not announce; belongs to one thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._decoded_px = self._analyzed_px = 0

    def decoded(self, size: Size, time_s: float) -> None:
        """One more frame, at `time_s` after the place where reading began; SourceError when it is one too many."""
        self._decoded_px += size[0] * size[1]
        self._check(self._decoded_px, DECODED_PX_PER_S, "decoded", time_s)

    def analyzed(self, size: Size, time_s: float) -> None:
        self._analyzed_px += size[0] * size[1]
        self._check(self._analyzed_px, ANALYZED_PX_PER_S, "analyzed", time_s)

    def _check(self, pixels: int, limit: int, what: str, time_s: float) -> None:
        if pixels > FREE_PX + limit * time_s:
            raise SourceError(
                f"{self._name} has too many pixels for its length: {pixels:,} in {time_s:.1f} s to be {what}, but "
                f"at most {limit:,} per second are allowed; reduce its size or its frame rate"
            )
