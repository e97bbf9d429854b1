"""The layers of the annotated image. A new one is a file here and a line in `OVERLAYS`.

The values of `?overlay=`, the pages' checkboxes, the API's description and the docs' table derive from it.
"""

from __future__ import annotations

from collections.abc import Iterable

from fer_web.vision.overlays.bars import BARS
from fer_web.vision.overlays.blinks import BLINKS
from fer_web.vision.overlays.blur import BLUR, BLUR_PICTURE
from fer_web.vision.overlays.boxes import BOXES
from fer_web.vision.overlays.gaze import GAZE
from fer_web.vision.overlays.heatmap import HEATMAP
from fer_web.vision.overlays.keypoints import KEYPOINTS
from fer_web.vision.overlays.labels import LABELS
from fer_web.vision.overlays.landmarks import LANDMARKS
from fer_web.vision.overlays.mesh import MESH
from fer_web.vision.overlays.overlay import Overlay

__all__ = ["DEFAULT_OVERLAYS", "OVERLAYS", "Overlay", "hides", "names_of", "parse_overlays"]

# By name, in the order of the checkboxes.
_ALL = (BOXES, LABELS, BARS, LANDMARKS, MESH, KEYPOINTS, BLINKS, GAZE, HEATMAP, BLUR, BLUR_PICTURE)
OVERLAYS: dict[str, Overlay] = {overlay.name: overlay for overlay in _ALL}
DEFAULT_OVERLAYS = frozenset(overlay for overlay in OVERLAYS.values() if overlay.is_default)


def hides(overlays: Iterable[Overlay]) -> bool:
    """Whether one of the layers hides people."""
    return any(overlay.hides for overlay in overlays)


def names_of(overlays: frozenset[Overlay]) -> str:
    """As `parse_overlays` takes them, in the table's order."""
    return ",".join(name for name, overlay in OVERLAYS.items() if overlay in overlays)


def parse_overlays(text: str) -> frozenset[Overlay]:
    """The layers in a comma-separated list, none for an empty one; ValueError for an unknown name."""
    names = {name.strip().lower() for name in text.split(",")} - {""}
    unknown = sorted(names - OVERLAYS.keys())
    if unknown:
        raise ValueError(f"unknown overlay {', '.join(map(repr, unknown))}; known: {', '.join(OVERLAYS)}")
    return frozenset(OVERLAYS[name] for name in names)
