"""What may be kept of the faces in a video or a live picture: numbers over time, never a picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fer_web.core.emotion import Emotion
from fer_web.core.values import Face, Pose, Quality


@dataclass(frozen=True, slots=True)
class Reading:
    """What may be kept of a face: numbers, never a picture or a landmark. The type has no field for one.

    `time_s` counts from the recording's beginning, `blinks` since the person came. `eyes_open` is None when the eyes
    could not be judged, the eye aspect ratios when they were not measured.
    """

    time_s: float
    track: int
    scores: tuple[float, ...]
    blinks: int
    pose: Pose | None
    quality: Quality | None
    is_uncertain: bool = False
    left_ear: float | None = None
    right_ear: float | None = None
    eyes_open: bool | None = None

    @property
    def dominant(self) -> Emotion:
        """The most probable expression, also when it is uncertain."""
        return Emotion.at(max(range(len(self.scores)), key=self.scores.__getitem__))

    @classmethod
    def of(cls, face: Face, time_s: float) -> Reading:
        """The reading of a tracked, classified face; ValueError for one that is not."""
        if face.track is None or face.scores is None:
            raise ValueError("a reading needs a face with a track and scores")
        blink = face.blink
        return cls(
            time_s,
            face.track,
            tuple(map(float, face.scores)),
            blink.count if blink else 0,
            face.pose,
            face.quality,
            face.is_uncertain,
            None if blink is None else float(blink.left_ear),
            None if blink is None else float(blink.right_ear),
            None if blink is None else blink.is_open,
        )


@dataclass(frozen=True, slots=True)
class Marker:
    """A note that somebody made while recording ("question 2"), `time_s` after the recording's beginning."""

    time_s: float
    text: str


@dataclass(frozen=True, slots=True)
class Recording:
    """What is known about a series of readings besides the readings themselves.

    `source` is what it was taken from, for people to read (a file's name, "live camera"), never an address. `fps` is
    how many pictures a second were analyzed, `width` and `height` their size. `trouble` says where and why it broke off
    early; None when it did not.
    """

    name: str
    source: str
    started_at: datetime
    duration_s: float
    fps: float
    width: int
    height: int
    model: str
    markers: tuple[Marker, ...] = ()
    trouble: str | None = None

    def __post_init__(self) -> None:
        if self.started_at.tzinfo is None:
            raise ValueError("started_at needs a time zone")
