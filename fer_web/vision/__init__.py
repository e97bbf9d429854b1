"""From a frame to what its faces show."""

from fer_web.vision.analyzer import Analyzer
from fer_web.vision.draw import draw, draw_notice, narrowed
from fer_web.vision.explain import contrasted_chip, heated_chip
from fer_web.vision.letterbox import letterboxed
from fer_web.vision.overlays import DEFAULT_OVERLAYS, OVERLAYS, Overlay, hides, parse_overlays
from fer_web.vision.pipeline import Pipeline, Step
from fer_web.vision.view import View

__all__ = [
    "DEFAULT_OVERLAYS",
    "OVERLAYS",
    "Analyzer",
    "Overlay",
    "Pipeline",
    "Step",
    "View",
    "contrasted_chip",
    "draw",
    "draw_notice",
    "heated_chip",
    "hides",
    "letterboxed",
    "narrowed",
    "parse_overlays",
]
