"""What somebody watches: the layers, and how large the image is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass

from fer_web.vision.overlays import DEFAULT_OVERLAYS, Overlay

# Widths are rounded down to 160 pixels times a power of this, so that viewers share pictures; letters are at most so
# much larger than they have to be.
STEP, NARROWEST_PX = 1.25, 160


@dataclass(frozen=True, slots=True)
class View:
    """`overlays` on an image that is `shown_px` wide on the screen, in CSS pixels; None when nobody said.

    It is sent at most `width` pixels wide.
    """

    overlays: frozenset[Overlay] = DEFAULT_OVERLAYS
    shown_px: int | None = None
    width: int | None = None

    @property
    def hiding(self) -> frozenset[Overlay]:
        """The layers that hide people."""
        return frozenset(overlay for overlay in self.overlays if overlay.hides)

    @classmethod
    def of(cls, overlays: frozenset[Overlay], shown_px: int | None, width: int | None = None) -> View:
        """The view that is shared by all who see the image about this wide."""
        return cls(
            overlays,
            None if shown_px is None else rounded_down(shown_px),
            None if width is None else rounded_down(width),
        )


def rounded_down(shown_px: int) -> int:
    """The widest step, a whole number of pixels, that is not wider; the narrowest one for less."""
    steps = max(0, math.ceil(math.log((shown_px + 1) / NARROWEST_PX, STEP)) - 1)
    return math.floor(NARROWEST_PX * STEP**steps)
