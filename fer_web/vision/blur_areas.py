"""Where somebody may be besides the faces that are followed: what has to be blurred, too, if faces are.

A face that is lost is still there, as a rule: its area stays for some seconds and grows. And while anything is blurred,
a detector that is easily convinced looks at every picture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias

from fer_web.core import Faces, Frame, Rect, Size

# How long an area stays, and by which share of its size it grows in a second: somebody may walk on.
HOLD_S, GROWTH_PER_S = 3.0, 0.15
# Detections that overlap more are of one face.
SAME_IOU = 0.3

Search: TypeAlias = Callable[[Frame], Iterable[Rect]]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a face was seen last: one that was followed, by its `track_id`, or one that only the search has found."""

    area: Rect
    time_s: float
    track_id: int | None = None

    def grown(self, time_s: float) -> Rect:
        return self.area.expanded(GROWTH_PER_S * (time_s - self.time_s))


class BlurAreas:
    """The areas of one camera's frames, in their order; belongs to one thread.

    `search` looks at a frame while it is `wanted`; faces are remembered all the time.
    """

    name = "blur"

    def __init__(self, search: Search, wanted: Callable[[], bool]) -> None:
        self._search, self._wanted = search, wanted
        self._places: list[_Place] = []
        self._size: Size = (0, 0)

    def __call__(self, frame: Frame, faces: Faces) -> tuple[Rect, ...] | None:
        """None while nobody wants to know."""
        self._forget(frame)
        self._renew(frame.time_s, faces)
        if not self._wanted():
            return None
        self._add(frame.time_s, self._search(frame), faces)
        present = {face.track_id for face in faces} - {None}
        return tuple(place.grown(frame.time_s) for place in self._places if place.track_id not in present)

    def _forget(self, frame: Frame) -> None:
        """What is too long ago; everything, when the picture is another one or the stream began anew."""
        if frame.size != self._size:
            self._places, self._size = [], frame.size
        self._places = [place for place in self._places if 0 <= frame.time_s - place.time_s <= HOLD_S]

    def _renew(self, time_s: float, faces: Faces) -> None:
        present = {face.track_id for face in faces}
        self._places = [place for place in self._places if place.track_id is None or place.track_id not in present]
        self._places += [_Place(face.region, time_s, face.track_id) for face in faces if face.track_id is not None]

    def _add(self, time_s: float, found: Iterable[Rect], faces: Faces) -> None:
        """Places that the search has found; one that was known already moves there."""
        for area in found:
            if any(area.iou(face.region) >= SAME_IOU for face in faces):
                continue
            self._places = [
                place for place in self._places if place.track_id is not None or place.area.iou(area) < SAME_IOU
            ]
            self._places.append(_Place(area, time_s))
