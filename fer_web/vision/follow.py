"""The steps that find people and follow them, around one tracker."""

from __future__ import annotations

from fer_web.core import Faces, Frame
from fer_web.vision.track import Tracker


class DetectWhenDue:
    """The detector's turn, a few times a second; its findings wait in the tracker's step."""

    name = "detect"

    def __init__(self, tracker: Tracker) -> None:
        self.tracker = tracker
        self.detections: Faces | None = None

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        self.detections = self.tracker.detect(frame) if self.tracker.is_due(frame.time_s) else None
        return faces


class Follow:
    """Tracks with their landmarks and chips."""

    name = "landmarks"

    def __init__(self, tracker: Tracker, detect: DetectWhenDue) -> None:
        self.tracker, self.detect = tracker, detect

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        self.tracker.follow(frame)
        if self.detect.detections is not None:
            self.tracker.settle(frame, self.detect.detections)
        return self.tracker.faces()
