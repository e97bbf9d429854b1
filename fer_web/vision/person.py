"""One person in a stream of pictures: where they should be by now, and whether a face is theirs."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Frame, Rect
from fer_web.vision.appearance import Look, likeness, look_of, shared_colors

# A face that was marked so lately is looked for where it was.
STILL_S = 0.045
# A detection that overlaps a track less is somebody else.
MATCH_IOU = 0.3
# Share of a new speed in the mean speed; of a new look in the remembered one.
SPEED_WEIGHT = 0.4
LOOK_WEIGHT = 0.2
# Who was lost is known again by this share of colors, in a box between half and twice as large; after so many seconds
# the crop has to be alike as well: both together make so much.
KNOWN_COLORS, MOST_GROWTH = 0.5, 2.0
LONG_AWAY_S, KNOWN_LATER = 3.0, 1.1


@dataclass(eq=False)
class Person:
    """One track: its face as of `marked_s`, speed in pixels a second, colors and the crop that it is known again by."""

    id: int
    face: Face
    marked_s: float
    speed: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    misses: int = 0
    look: Look | None = None
    chip: NDArray[np.uint8] | None = None
    tried_s: float = -math.inf

    def expected(self, time_s: float) -> Face:
        """Its face, moved on to where it should be by now, at most half a width."""
        passed_s = time_s - self.marked_s
        if passed_s <= STILL_S:
            return self.face
        limit = self.face.region.width / 2
        return _moved(self.face, np.clip(self.speed * passed_s, -limit, limit))

    def renew(self, face: Face, time_s: float) -> None:
        """Takes the face as it was found in the picture of this time."""
        passed_s = time_s - self.marked_s
        if 0 < passed_s < 1:
            step = np.subtract(face.region.center, self.face.region.center)
            self.speed += SPEED_WEIGHT * (step / passed_s - self.speed)
        self.face, self.marked_s = face, time_s

    def remember(self, frame: Frame) -> None:
        """How it looks now, to know it again."""
        look = look_of(frame.pixels, self.face.region)
        if look is not None:
            self.look = look if self.look is None else self.look + np.float32(LOOK_WEIGHT) * (look - self.look)
        self.chip = self.chip if self.face.chip is None else self.face.chip


def overlap(person: Person, found: Face) -> float:
    iou = person.face.region.iou(found.region)
    return iou if iou >= MATCH_IOU else 0.0


def alike(person: Person) -> float:
    """How much a track's face still looks like the one that was last detected."""
    if person.chip is None or person.face.chip is None:
        return 0.0
    return likeness(person.chip, person.face.chip)


def resemblance(person: Person, face: Face, look: Look | None, frame: Frame) -> float:
    """How surely a detection is somebody who was lost: 0 when too far away, too unlike, or of another size."""
    if person.look is None or look is None:
        return 0.0
    colors = shared_colors(person.look, look)
    likely = 0.0 if person.chip is None or face.chip is None else max(0.0, likeness(person.chip, face.chip))
    away_s = max(0.0, frame.time_s - person.marked_s)
    rect = person.face.region
    reached = np.array(rect.center) + person.speed * min(away_s, 1.0)
    distance = min(math.dist(reached, face.region.center), math.dist(rect.center, face.region.center)) / rect.width
    ratio = face.region.width / rect.width
    if colors < KNOWN_COLORS or not 1 / MOST_GROWTH < ratio < MOST_GROWTH or distance > 1.5 + 2 * away_s:
        return 0.0
    if away_s > LONG_AWAY_S and colors + likely < KNOWN_LATER:
        return 0.0
    return colors + likely + 0.5 / (1 + distance)


def is_plausible(region: Rect, expected: Rect, frame: Frame) -> bool:
    """Whether a followed face kept its size, stayed near its place, and has its middle in the picture."""
    x, y = region.center
    is_inside = 0 <= x < frame.size[0] and 0 <= y < frame.size[1]
    is_near = math.dist(region.center, expected.center) < expected.width * 0.6
    return is_inside and is_near and 0.6 < region.width / expected.width < 1.6


def agree(near: Face, followed: Face) -> bool:
    """Whether the detector's eyes and mouth lie where the followed ones do: within a fifth of the face's width."""
    if near.anchors is None or followed.anchors is None:
        return False
    return float(np.abs(near.anchors - followed.anchors).max()) < 0.2 * near.region.width


def _moved(face: Face, step: NDArray[np.float64]) -> Face:
    dx, dy = (round(value) for value in step.tolist())
    if not dx and not dy:
        return face
    by = np.array([dx, dy], np.float32)
    deep = np.array([dx, dy, 0], np.float32)
    return replace(
        face,
        region=face.region.moved(dx, dy),
        anchors=None if face.anchors is None else face.anchors + by,
        five=None if face.five is None else face.five + by,
        landmarks=None if face.landmarks is None else face.landmarks + by,
        mesh=None if face.mesh is None else face.mesh + deep,
    )
