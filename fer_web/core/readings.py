"""What may be kept of the faces in a video or a live picture: numbers over time, never a picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Any

from fer_web.core import movements
from fer_web.core.emotion import Emotion
from fer_web.core.measures import Measure, Value, measures_of
from fer_web.core.values import MOST_GAZE_DEG, Face, is_turned

# A head that points within this of the camera faces it.
FACING_DEG = 15.0


def _part(name: str, value: str) -> Callable[[Face], Value]:
    """A value of one of a face's parts, None where the face lacks it."""

    def found(face: Face) -> Value:
        part = getattr(face, name)
        known: Value = None if part is None else getattr(part, value)
        return known

    return found


def _emotion(emotion: Emotion, meaning: str = "likewise") -> Measure:
    def score(face: Face) -> Value:
        return None if face.scores is None else float(face.scores[emotion.position])

    return Measure(meaning, "emotions", 6, 0, 1, score)


def _eye(meaning: str, value: str) -> Measure:
    return Measure(meaning, "eyes", 4, 0, of=_part("blink", value))


def _angle(meaning: str, value: str) -> Measure:
    return Measure(meaning, "pose", 2, -180, 180, _part("pose", value))


def _quality(meaning: str, value: str) -> Measure:
    return Measure(meaning, "quality", 4, 0, 1, _part("quality", value))


def _gaze(meaning: str, value: str) -> Measure:
    return Measure(meaning, "gaze", 2, -180, 180, _part("gaze", value))


def _head(meaning: str, of: Callable[[Face], Value], decimals: int = 0, high: float = math.inf) -> Measure:
    return Measure(meaning, "head", decimals, 0, high, of)


def _center(axis: int) -> Callable[[Face], Value]:
    """Where a face's middle lies along one side of the picture."""
    return lambda face: None if face.quality is None or face.quality.center is None else face.quality.center[axis]


def _move(meaning: str, names: tuple[str, ...]) -> Measure:
    def shown(face: Face) -> Value:
        return None if face.movements is None else movements.mean_of(face.movements, names)

    return Measure(meaning, "moves", 4, 0, 1, shown)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaceMeasures:
    """What is measured of one face, whether in one picture or over time. None: not found out."""

    angry: Annotated[float, _emotion(Emotion.ANGRY, "its probability, 0 to 1; the seven sum to 1")]
    disgust: Annotated[float, _emotion(Emotion.DISGUST)]
    fear: Annotated[float, _emotion(Emotion.FEAR)]
    happy: Annotated[float, _emotion(Emotion.HAPPY)]
    sad: Annotated[float, _emotion(Emotion.SAD)]
    surprise: Annotated[float, _emotion(Emotion.SURPRISE)]
    neutral: Annotated[float, _emotion(Emotion.NEUTRAL)]
    uncertain: Annotated[
        bool, Measure("whether the answer is too uncertain to rely on", of=attrgetter("uncertain"))
    ] = False
    left_eye_aspect_ratio: Annotated[
        float | None,
        _eye("how open the person's left eye is: near 0 when shut, about 0.3 when open", "left_eye_aspect_ratio"),
    ] = None
    right_eye_aspect_ratio: Annotated[float | None, _eye("the same for the right eye", "right_eye_aspect_ratio")] = None
    eyes_open: Annotated[
        bool | None, _eye("whether the eyes are open; unknown when they could not be judged", "is_open")
    ] = None
    yaw_deg: Annotated[float | None, _angle("how far the head is turned, positive to the person's left", "yaw_deg")] = (
        None
    )
    pitch_deg: Annotated[float | None, _angle("how far the head is raised, positive up", "pitch_deg")] = None
    roll_deg: Annotated[float | None, _angle("how far the head is tilted, clockwise in the image", "roll_deg")] = None
    sharpness: Annotated[float | None, _quality("how sharp the face is, 0 to 1", "sharpness")] = None
    brightness: Annotated[float | None, _quality("how bright the face is, 0 to 1", "brightness")] = None
    size_px: Annotated[
        int | None, Measure("width of the face's region", "quality", low=0, of=_part("quality", "size_px"))
    ] = None
    poor: Annotated[bool | None, _quality("whether the face is too small, dark or blurred", "poor")] = None
    gaze_yaw_deg: Annotated[
        float | None,
        _gaze("how far aside the person looks, with head and eyes, positive to the person's left", "yaw_deg"),
    ] = None
    gaze_pitch_deg: Annotated[float | None, _gaze("how far up the person looks, positive up", "pitch_deg")] = None
    looks_at_camera: Annotated[
        bool | None,
        _gaze("whether the person looks at the camera; unknown while eyes are shut or turned away", "looks_at_camera"),
    ] = None
    smile: Annotated[float | None, _move("how far the corners of the mouth are drawn up, 0 to 1", movements.SMILE)] = (
        None
    )
    brow_raise: Annotated[float | None, _move("how far the brows are raised, 0 to 1", movements.BROW_RAISE)] = None
    brow_lower: Annotated[float | None, _move("how far the brows are lowered, 0 to 1", movements.BROW_LOWER)] = None
    jaw_open: Annotated[float | None, _move("how far the jaw is open, 0 to 1", movements.JAW_OPEN)] = None
    squint: Annotated[float | None, _move("how far the eyes are narrowed, 0 to 1", movements.SQUINT)] = None

    @property
    def scores(self) -> tuple[float, ...]:
        """The seven probabilities in the order of `Emotion`."""
        return (self.angry, self.disgust, self.fear, self.happy, self.sad, self.surprise, self.neutral)

    @property
    def dominant_emotion(self) -> Emotion:
        """The most probable expression, also when it is uncertain."""
        scores = self.scores
        return Emotion.at(max(range(len(scores)), key=scores.__getitem__))

    @property
    def is_turned(self) -> bool:
        """Whether the head is turned too far to be read well."""
        return is_turned(self.yaw_deg, self.pitch_deg)

    @property
    def is_unreadable(self) -> bool:
        """Whether nothing can be read in the face: too small, dark, bright or blurred, or an eye of it out of sight."""
        return bool(self.poor) or max(abs(self.yaw_deg or 0), abs(self.pitch_deg or 0)) > MOST_GAZE_DEG

    @property
    def is_looking(self) -> bool | None:
        """Whether the person looks at the camera; a head that is turned far away does not, whatever its eyes do."""
        if self.looks_at_camera is None and abs(self.yaw_deg or 0) > MOST_GAZE_DEG:
            return False
        return self.looks_at_camera

    @property
    def is_facing(self) -> bool | None:
        """Whether the head points at the camera; None without a pose."""
        if self.yaw_deg is None or self.pitch_deg is None:
            return None
        return math.hypot(self.yaw_deg, self.pitch_deg) <= FACING_DEG


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(FaceMeasures):
    """All measures of one face at one time: what may be kept. No field can take a picture or a landmark."""

    time_s: Annotated[float, Measure("seconds since the recording started", decimals=3, low=0)]
    track_id: Annotated[int, Measure("the person's number in this recording", low=0)]
    blink_count: Annotated[
        int, Measure("how many times the person has blinked so far", "blink", low=0, of=_part("blink", "count"))
    ] = 0
    nod_count: Annotated[
        int | None, _head("how many times the person has nodded so far", _part("gestures", "nods"))
    ] = None
    shake_count: Annotated[
        int | None, _head("how many times the person has shaken their head so far", _part("gestures", "shakes"))
    ] = None
    center_x: Annotated[
        float | None,
        _head("where the face's middle is, from the picture's left (0) to its right (1)", _center(0), 4, 1),
    ] = None
    center_y: Annotated[
        float | None,
        _head("where the face's middle is, from the picture's top (0) to its bottom (1)", _center(1), 4, 1),
    ] = None

    @classmethod
    def of(cls, face: Face, time_s: float) -> Reading:
        """The reading of a tracked, classified face; ValueError for one that is not."""
        if face.track_id is None or face.scores is None:
            raise ValueError("a reading needs a face with a track and scores")
        found: dict[str, Any] = {measure.name: measure.of(face) for measure in MEASURES}
        known = {name: value for name, value in found.items() if value is not None}
        return cls(**{**known, "time_s": time_s, "track_id": face.track_id})


# Of a face in a single picture, and of a reading: when and who come first.
FACE_MEASURES = measures_of(FaceMeasures)
MEASURES = tuple(sorted(measures_of(Reading), key=lambda measure: measure.name not in ("time_s", "track_id")))
DOMINANT = "dominant_emotion"
# What only rises while a person stays.
COUNTERS = tuple(measure.name for measure in MEASURES if measure.name.endswith("_count"))


def with_dominant(measures: Sequence[Measure]) -> tuple[str, ...]:
    """The columns of a table: the measures' names, and behind the seven emotions the dominant one, which follows."""
    names = [measure.name for measure in measures]
    place = 1 + names.index(str(Emotion.at(len(Emotion) - 1)))
    return (*names[:place], DOMINANT, *names[place:])


@dataclass(frozen=True, slots=True)
class Marker:
    """A note made while recording, such as "question 2", `time_s` after the recording began."""

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
