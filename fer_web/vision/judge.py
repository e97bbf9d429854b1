"""When not to trust an answer, and why."""

from __future__ import annotations

from dataclasses import replace

from fer_web.core import Face, Faces, Frame, UncertainBecause

# Beyond this the network sees half a face.
MOST_READ_DEG = 60.0


class Judge:
    """Marks an answer as uncertain: the face cannot be read, or its expression is rather wrong than right.

    `uncertain_below` comes with the model's card: an answer of that probability is right every second time.
    """

    name = "judge"

    def __init__(self, uncertain_below: float) -> None:
        self.uncertain_below = uncertain_below

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        return tuple(self._judged(face) for face in faces)

    def _judged(self, face: Face) -> Face:
        because = self._because(face)
        return replace(face, uncertain=because is not None, uncertain_because=because)

    def _because(self, face: Face) -> UncertainBecause | None:
        if face.quality is not None and face.quality.because is not None:
            return face.quality.because
        if face.pose is not None and max(abs(face.pose.yaw_deg), abs(face.pose.pitch_deg)) > MOST_READ_DEG:
            return "turned"
        is_undecided = face.scores is None or float(face.scores.max()) < self.uncertain_below
        return "undecided" if is_undecided else None
