"""Scores that do not flicker: an exponential mean over time, per person."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Scores
from fer_web.vision.memory import PerTrack

# A change of expression takes a third of a second or more; this settles to 95 % within 0.6 s.
TIME_CONSTANT_S = 0.2

Heatmap: TypeAlias = NDArray[np.float32]


@dataclass
class _Mean:
    time_s: float = 0.0
    scores: Scores | None = None
    heatmaps: dict[int, Heatmap] = field(default_factory=dict)  # the newest one of each answer

    def add(self, face: Face, scores: Scores, time_s: float) -> Face:
        if face.heatmap is not None:
            self.heatmaps[int(scores.argmax())] = face.heatmap
        if self.scores is not None and time_s > self.time_s:
            weight = math.exp(-(time_s - self.time_s) / TIME_CONSTANT_S)
            scores = weight * self.scores + (1 - weight) * scores
        self.time_s, self.scores = time_s, scores
        return replace(face, scores=scores, heatmap=self.heatmaps.get(int(scores.argmax())))


class Smooth:
    """Replaces the scores of tracked faces by their mean over the last moments.

    While the mean's answer is still another one than the picture's, the heatmap is that answer's last one.
    """

    name = "smooth"

    def __init__(self) -> None:
        self._means = PerTrack(_Mean)

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._smoothed(face, frame.time_s) for face in faces)

    def _smoothed(self, face: Face, time_s: float) -> Face:
        if face.track_id is None or face.scores is None:
            return face
        return self._means.get(face.track_id, time_s).add(face, face.scores, time_s)
