"""A tuple of steps, each `(frame, faces) -> faces`, every one timed."""

from __future__ import annotations

import time
from typing import Protocol

from fer_web.core import Faces, Frame, FrameResult, Rect
from fer_web.vision.blur_areas import BlurAreas


class Step(Protocol):
    """One thing done to all faces of a frame; what it remembers lives in it and is bounded."""

    name: str

    def __call__(self, frame: Frame, faces: Faces) -> Faces: ...


class Pipeline:
    """The steps in their order; one with a memory (live pictures) belongs to one thread.

    After them `areas` says what else has to be blurred.
    """

    def __init__(self, steps: tuple[Step, ...], areas: BlurAreas | None = None) -> None:
        self.steps = steps
        self._areas = areas

    def __call__(self, frame: Frame) -> FrameResult:
        return self.resume(frame, ())

    def resume(self, frame: Frame, faces: Faces) -> FrameResult:
        """The result for faces that other steps have found already."""
        timing_ms: dict[str, float] = {}
        for step in self.steps:
            started = time.perf_counter()
            faces = step(frame, faces)
            timing_ms[step.name] = (time.perf_counter() - started) * 1000
        started = time.perf_counter()
        areas = self.blur_areas(frame, faces)
        if areas is not None:
            timing_ms[BlurAreas.name] = (time.perf_counter() - started) * 1000
        return FrameResult(frame, faces, timing_ms, areas)

    def blur_areas(self, frame: Frame, faces: Faces) -> tuple[Rect, ...] | None:
        """Where somebody may be besides `faces`, also in a frame that no step sees; None while nobody wants to know."""
        return None if self._areas is None else self._areas(frame, faces)
