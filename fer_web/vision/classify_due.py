"""Asking the network about a followed face as often as its answer can change, and no more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame
from fer_web.vision.classify import Classifier, Classify
from fer_web.vision.memory import PerTrack

# Expressions change within a third of a second; scores are averaged over half of one.
CLASSIFY_EVERY_S = 1 / 16


@dataclass(eq=False)
class _LastAnswer:
    """The face as the network last answered about it, and when."""

    face: Face | None = None
    time_s: float = float("-inf")

    def is_due(self, chip: NDArray[Any], time_s: float) -> bool:
        if self.face is None:
            return True
        return chip is not self.face.chip and not 0 <= time_s - self.time_s < CLASSIFY_EVERY_S - 1e-6


class ClassifyWhenDue:
    """Scores every tracked face whose crop is new sixteen times a second; in between it keeps its last scores."""

    name = "classify"

    def __init__(self, classifier: Classifier) -> None:
        self._classify = Classify(classifier)
        self._answered = PerTrack(_LastAnswer)

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        due = [face for face in faces if self._is_due(face, frame.time_s)]
        for face in self._classify(frame, tuple(due)):
            if face.track_id is not None:
                answered = self._answered.get(face.track_id, frame.time_s)
                answered.face, answered.time_s = face, frame.time_s
        return tuple(self._with_last(face, frame.time_s) for face in faces)

    def _is_due(self, face: Face, time_s: float) -> bool:
        if face.track_id is None or face.chip is None:
            return False
        return self._answered.get(face.track_id, time_s).is_due(face.chip, time_s)

    def _with_last(self, face: Face, time_s: float) -> Face:
        if face.track_id is None or face.chip is None:
            return face
        last = self._answered.get(face.track_id, time_s).face
        return face if last is None else replace(face, scores=last.scores, heatmap=last.heatmap)
