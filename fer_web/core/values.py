"""What the steps hand to each other. All frozen: a step answers with `dataclasses.replace(face, …)`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.core.emotion import Emotion
from fer_web.core.geometry import Pixels, Points, Rect, Size
from fer_web.core.landmarks import anchors

# Why an answer is uncertain: the face cannot be read (it is small, turned away, dark, bright, blurred), or its
# expression is undecided.
UncertainBecause: TypeAlias = Literal["small", "turned", "dark", "bright", "blurred", "undecided"]

Scores: TypeAlias = NDArray[np.float32]  # (7,) probabilities in the order of Emotion; they sum to 1

# The only camera of a service that has one.
MAIN_CAMERA = "main"


# What places the modern engine's landmarks.
Landmarks: TypeAlias = Literal["mesh", "dlib", "off"]


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """One of `fer_web.vision.engines`, which take long to import, and what places the modern one's landmarks."""

    engine: str = "modern"
    landmarks: Landmarks = "mesh"

    def __str__(self) -> str:
        return f"{self.engine} ({self.landmarks})" if self.engine == "modern" else self.engine


DEFAULT_ENGINE = EngineChoice()


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture: its number, its time since the source opened in seconds, its pixels (H, W, 3) uint8 RGB.

    `age_s` is how old it was when this process got it: above 0 where another one has captured it.
    """

    index: int
    time_s: float
    pixels: Pixels
    age_s: float = 0.0

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3 or self.pixels.dtype != np.uint8:
            raise ValueError(f"pixels must be (H, W, 3) uint8, not {self.pixels.shape} {self.pixels.dtype}")

    @property
    def size(self) -> Size:
        height, width = self.pixels.shape[:2]
        return width, height


@dataclass(frozen=True, slots=True)
class Quality:
    """How well a face can be judged: `sharpness` and `brightness` 0 to 1, `size_px` the width of its box.

    `because` says why a classifier's answer about it should not be trusted; None when it may be. `center` is where the
    middle of its box lies in the picture, from the left and from the top, 0 to 1.
    """

    sharpness: float
    brightness: float
    size_px: int
    because: UncertainBecause | None = None
    center: tuple[float, float] | None = None

    @property
    def poor(self) -> bool:
        """Whether the face cannot be read."""
        return self.because is not None


@dataclass(frozen=True, slots=True)
class Blink:
    """The eyes of one person now, and how often they have blinked since they came.

    `is_open` is None when the eyes cannot be judged (a turned head, a lost eye; a single picture of someone without
    history says True or False by a fixed threshold), the ratios are when the picture has no landmarks of them. `count`
    blinks have ended so far, the last one `last_duration_s` long, at `last_time_s`.
    """

    left_eye_aspect_ratio: float | None
    right_eye_aspect_ratio: float | None
    is_open: bool | None
    count: int = 0
    last_time_s: float | None = None
    last_duration_s: float | None = None


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the head points, in degrees: `yaw_deg` positive to the person's left, `pitch_deg` up, `roll_deg` clockwise
    in the picture.

    `residual` is how far the face's points lie from where a head of this pose has them, in eye distances.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    residual: float | None = None

    @property
    def is_turned(self) -> bool:
        """Whether the head is turned too far to be read well."""
        return is_turned(self.yaw_deg, self.pitch_deg)


@dataclass(frozen=True, slots=True)
class Gaze:
    """Where the eyes point, in degrees against the camera: `yaw_deg` positive to the person's left, `pitch_deg` up.

    `looks_at_camera` is None while that cannot be told (shut eyes, a turned head, nobody usual to compare with).
    """

    yaw_deg: float
    pitch_deg: float
    looks_at_camera: bool | None = None


@dataclass(frozen=True, slots=True)
class HeadGestures:
    """How often one person has nodded (down and up again) and shaken their head (from side to side and back) so far."""

    nods: int
    shakes: int


# Beyond this only one eye is seen.
MOST_GAZE_DEG = 45.0
# Beyond these the far eye is foreshortened, or the lids hide behind the brow, and expressions are read badly; the clips
# of docs/blinks.md have blinks at up to 30 degrees of yaw.
MOST_YAW_DEG = 35.0
MOST_PITCH_DEG = 30.0


def is_turned(yaw_deg: float | None, pitch_deg: float | None) -> bool:
    """Whether a head is turned too far to be read well; one whose pose is unknown counts as facing the camera."""
    return abs(yaw_deg or 0) > MOST_YAW_DEG or abs(pitch_deg or 0) > MOST_PITCH_DEG


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One face: found with `face_confidence` 0 to 1 in `region`; every step adds what it knows.

    `landmarks` (68, 2), `keypoints` (15, 2) and `mesh` (478, 3) are pixels of the frame, the mesh's z too: smaller is
    nearer. `anchors` (3, 2) are the middles of the right eye, the left eye and the mouth, whatever found them;
    `five` (5, 2) are YuNet's points: right and left eye, tip of the nose, right and left corner of the mouth.
    `movements` (52,) are 0 to 1, in the order of `fer_web.core.movements`. `chip` (48, 48) uint8 gray is the crop that
    the network sees; `heatmap` (h, w) float32 0 to 1 lies over the chip. `uncertain_because`: see `Judge`.
    """

    region: Rect
    face_confidence: float
    track_id: int | None = None
    landmarks: Points | None = None
    chip: NDArray[np.uint8] | None = None
    scores: Scores | None = None
    uncertain: bool = False
    quality: Quality | None = None
    blink: Blink | None = None
    pose: Pose | None = None
    keypoints: Points | None = None
    heatmap: NDArray[np.float32] | None = None
    anchors: Points | None = None
    five: Points | None = None
    mesh: NDArray[np.float32] | None = None
    movements: NDArray[np.float32] | None = None
    gaze: Gaze | None = None
    gestures: HeadGestures | None = None
    uncertain_because: UncertainBecause | None = None

    @property
    def middles(self) -> Points | None:
        """The anchors, from the landmarks where nothing else has found them."""
        if self.anchors is None and self.landmarks is not None:
            return anchors(self.landmarks)
        return self.anchors

    @property
    def dominant_emotion(self) -> Emotion | None:
        """The most probable expression; None before the face was classified."""
        return None if self.scores is None else Emotion.at(int(self.scores.argmax()))


Faces: TypeAlias = tuple[Face, ...]


def largest_first(faces: Iterable[Face]) -> Faces:
    """The faces by their area, the largest first; equal ones from left to right and from top to bottom."""
    return tuple(sorted(faces, key=lambda face: (-face.region.area, face.region.left, face.region.top)))


@dataclass(frozen=True, slots=True, eq=False)
class FrameResult:
    """A frame and what was found in it; `timing_ms` maps each step's name to its milliseconds.

    `blur_areas` is where somebody may be besides the faces; None when nobody looked for that.
    """

    frame: Frame
    faces: Faces = ()
    timing_ms: Mapping[str, float] = field(default_factory=dict)
    blur_areas: tuple[Rect, ...] | None = None
