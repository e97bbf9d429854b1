"""Who is who, and what they express."""

from fer_web.core import Face
from fer_web.vision.overlays.overlay import Overlay


def _title(face: Face) -> str:
    who = [] if face.track_id is None else [str(face.track_id)]
    if face.scores is None or face.dominant_emotion is None:
        return " · ".join([*who, "Face"])
    mark = "?" if face.uncertain else ""
    return " · ".join([*who, f"{face.dominant_emotion.capitalize()}{mark} {face.scores.max():.0%}".replace("%", " %")])


LABELS = Overlay(
    "labels",
    "Labels",
    "Each person's number and the dominant emotion with its probability, above the face.",
    line=_title,
    is_default=True,
)
