"""Who is who, and what they express."""

from fer_web.core import Face
from fer_web.vision.overlays.overlay import Overlay


def _title(face: Face) -> str:
    who = "" if face.track_id is None else f"#{face.track_id} "
    if face.scores is None or face.dominant_emotion is None:
        return f"{who}face"
    mark = "?" if face.uncertain else ""
    return f"{who}{face.dominant_emotion}{mark} {face.scores.max():.0%}"


LABELS = Overlay(
    "labels",
    "Labels",
    "Each person's number, the dominant emotion with its probability, and bars for all seven emotions.",
    line=_title,
    has_bars=True,
    is_default=True,
)
