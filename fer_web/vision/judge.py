"""When not to trust an answer."""

from __future__ import annotations

from dataclasses import replace

from fer_web.core import Face, Faces, Frame


class Judge:
    """Marks an answer as uncertain: the face is of poor quality, or no expression is probable enough.

    `uncertain_below` comes with the model's card, from its risk-coverage curve.
    """

    name = "judge"

    def __init__(self, uncertain_below: float) -> None:
        self.uncertain_below = uncertain_below

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        return tuple(replace(face, uncertain=self._is_uncertain(face)) for face in faces)

    def _is_uncertain(self, face: Face) -> bool:
        is_poor = face.quality is not None and face.quality.poor
        return is_poor or face.scores is None or float(face.scores.max()) < self.uncertain_below
