"""How probable each of the seven emotions is."""

from fer_web.vision.overlays.overlay import Overlay

BARS = Overlay(
    "bars",
    "Bars",
    "A column for each of the seven emotions, in their order and colors; a full column is a probability of 1.",
    has_bars=True,
)
