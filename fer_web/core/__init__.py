"""The values that flow through the program: frozen, checked once, made of numpy and the standard library."""

from fer_web.core.emotion import Emotion
from fer_web.core.geometry import Pixels, Points, Rect, Size
from fer_web.core.job import Job, JobState
from fer_web.core.readings import Marker, Reading, Recording
from fer_web.core.values import (
    DEFAULT_ENGINE,
    MAIN_CAMERA,
    Blink,
    EngineChoice,
    Face,
    Faces,
    Frame,
    FrameResult,
    Gaze,
    HeadGestures,
    Landmarks,
    Pose,
    Quality,
    Scores,
    UncertainBecause,
    is_turned,
    largest_first,
)

__all__ = [
    "DEFAULT_ENGINE",
    "MAIN_CAMERA",
    "Blink",
    "Emotion",
    "EngineChoice",
    "Face",
    "Faces",
    "Frame",
    "FrameResult",
    "Gaze",
    "HeadGestures",
    "Job",
    "JobState",
    "Landmarks",
    "Marker",
    "Pixels",
    "Points",
    "Pose",
    "Quality",
    "Reading",
    "Recording",
    "Rect",
    "Scores",
    "Size",
    "UncertainBecause",
    "is_turned",
    "largest_first",
]
