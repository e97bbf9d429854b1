"""Readings as py-feat 2.1 writes them: its names, its order of emotions, radians, and its signs.

py-feat's angles are positive up (Pitch), to the person's right (Yaw), and for a head tilted to the person's right
(Roll), as comments in its `detector.py` and `plotting.py` say.
"""

from __future__ import annotations

from collections.abc import Callable
from math import radians

from fer_web.core import Emotion
from fer_web.reports.exports.columns import ExportColumn, NumberedReading

EMOTIONS = {
    "anger": Emotion.ANGRY,
    "disgust": Emotion.DISGUST,
    "fear": Emotion.FEAR,
    "happiness": Emotion.HAPPY,
    "sadness": Emotion.SAD,
    "surprise": Emotion.SURPRISE,
    "neutral": Emotion.NEUTRAL,
}


def _left(row: NumberedReading) -> float | None:
    one = row.reading
    if one.center_x is None or one.size_px is None or not row.width:
        return None
    return one.center_x * row.width - one.size_px / 2


def _angle(measure: str, sign: int) -> Callable[[NumberedReading], float | None]:
    def angle(row: NumberedReading) -> float | None:
        degrees = getattr(row.reading, measure)
        return None if degrees is None else sign * radians(degrees)

    return angle


def _score(emotion: Emotion) -> Callable[[NumberedReading], float]:
    return lambda row: row.reading.scores[emotion.position]


def _identity(row: NumberedReading) -> str:
    return f"Person_{row.reading.track_id}"


def _clock(row: NumberedReading) -> str:
    minutes, seconds = divmod(int(row.reading.time_s), 60)
    return f"{minutes:02d}:{seconds:02d}"


COLUMNS = (
    ExportColumn(
        "frame", "which of the frames with faces, from 0; not the video's own number", lambda row: row.frame - 1
    ),
    ExportColumn("FaceRectX", "the left edge of the face's box", _left, "px", 1),
    ExportColumn("FaceRectWidth", "the width of the face's box", lambda row: row.reading.size_px, "px"),
    ExportColumn("Pitch", "the head's pitch, positive up", _angle("pitch_deg", 1), "rad"),
    ExportColumn("Roll", "the head's roll, positive to the person's right", _angle("roll_deg", -1), "rad"),
    ExportColumn("Yaw", "the head's yaw, positive to the person's right", _angle("yaw_deg", -1), "rad"),
    *(
        ExportColumn(name, f"the probability of {emotion}, 0 to 1", _score(emotion), decimals=6)
        for name, emotion in EMOTIONS.items()
    ),
    ExportColumn("Identity", "the person's number, `track_id`, as a text", _identity),
    ExportColumn("approx_time", "since the recording started, in minutes and seconds", _clock),
)
