"""What can be drawn over a picture."""

from __future__ import annotations

from enum import Enum


class Overlay(str, Enum):
    """A layer of the annotated picture, by the name that `?overlay=` takes; `blur` makes faces unrecognizable."""

    BOXES = "boxes"
    LABELS = "labels"
    LANDMARKS = "landmarks"
    KEYPOINTS = "keypoints"
    BLINKS = "blinks"
    HEATMAP = "heatmap"
    BLUR = "blur"

    def __str__(self) -> str:
        return self.value


DEFAULT_OVERLAYS = frozenset({Overlay.BOXES, Overlay.LABELS, Overlay.BLINKS})


def parse_overlays(text: str) -> frozenset[Overlay]:
    """The layers in a comma-separated list, none for an empty one; ValueError for an unknown name."""
    names = {name.strip().lower() for name in text.split(",")} - {""}
    unknown = sorted(names - {overlay.value for overlay in Overlay})
    if unknown:
        known = ", ".join(overlay.value for overlay in Overlay)
        raise ValueError(f"unknown overlay {', '.join(map(repr, unknown))}: choose among {known}")
    return frozenset(Overlay(name) for name in names)
