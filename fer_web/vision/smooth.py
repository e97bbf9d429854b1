"""Scores that do not flicker: evidence gathered over time, per person."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Scores
from fer_web.vision.memory import PerTrack

LEAST_SCORE = 1e-6  # so that its logarithm exists

Heatmap: TypeAlias = NDArray[np.float32]
Evidence: TypeAlias = NDArray[np.float64]  # (7,) logarithms of scores


@dataclass(frozen=True, slots=True)
class Steadying:
    """How evidence is gathered; the lead and the persistence are logarithms of odds.

    The defaults were chosen together on the shared clips and on splices of them: the fewest changes of the answer with
    most true changes shown within 0.4 s (`bench expressions --vary` shows the others).
    """

    time_constant_s: float = 0.5  # of the evidence that counts while an expression lasts
    quick_s: float = 0.15  # of the evidence that tells when it changes
    clear: float = 1.5  # by how much another expression must lead lately for what was before to be forgotten
    persistence: float = 0.6  # how much more probable it is that a face still shows what it showed


STEADYING = Steadying()


@dataclass(eq=False)
class Gathered:
    """What speaks for each expression of one person, as exponential means of log scores over irregular times.

    A mean of logarithms is the pooled answer of several views of one face (Genest and Zidek 1986, "Combining
    Probability Distributions"). A clear change of expression starts it anew.
    """

    rules: Steadying = STEADYING
    time_s: float = 0.0
    lasting: Evidence | None = None
    lately: Evidence | None = None
    answer: int = 0

    def add(self, scores: Scores, time_s: float) -> Scores:
        """The scores (7,) of the moment by everything gathered so far; those of an earlier time start anew."""
        fresh = np.log(np.maximum(scores, LEAST_SCORE)).astype(np.float64)
        if self.lasting is None or self.lately is None or time_s < self.time_s:
            self.lasting, self.lately, self.time_s = fresh, fresh, time_s
            self.answer = int(fresh.argmax())
            return scores
        spent_s = time_s - self.time_s
        self.lasting = _mixed(self.lasting, fresh, spent_s, self.rules.time_constant_s)
        self.lately = _mixed(self.lately, fresh, spent_s, self.rules.quick_s)
        self.time_s = time_s
        if self.lately.max() - self.lately[self.answer] > self.rules.clear:
            self.lasting = self.lately
        expected = self.lasting.copy()
        expected[self.answer] += self.rules.persistence
        self.answer = int(expected.argmax())
        powers = np.exp(expected - expected.max())
        return np.asarray(powers / powers.sum(), np.float32)


def _mixed(before: Evidence, fresh: Evidence, spent_s: float, constant_s: float) -> Evidence:
    weight = math.exp(-spent_s / constant_s)
    return weight * before + (1 - weight) * fresh


@dataclass(eq=False)
class _Course:
    gathered: Gathered = field(default_factory=Gathered)
    heatmaps: dict[int, Heatmap] = field(default_factory=dict)  # the newest one of each answer

    def add(self, face: Face, scores: Scores, time_s: float) -> Face:
        if face.heatmap is not None:
            self.heatmaps[int(scores.argmax())] = face.heatmap
        pooled = self.gathered.add(scores, time_s)
        return replace(face, scores=pooled, heatmap=self.heatmaps.get(int(pooled.argmax())))


class Smooth:
    """Replaces the scores of tracked faces by what the last moments say together.

    While their answer is still another one than the picture's, the heatmap is that answer's last one.
    """

    name = "smooth"

    def __init__(self) -> None:
        self._people = PerTrack(_Course)

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        return tuple(self._smoothed(face, frame.time_s) for face in faces)

    def _smoothed(self, face: Face, time_s: float) -> Face:
        if face.track_id is None or face.scores is None:
            return face
        return self._people.get(face.track_id, time_s).add(face, face.scores, time_s)
