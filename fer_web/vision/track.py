"""Following people from frame to frame, under ids that stay theirs.

A face is found by the detector a few times a second; in between its landmarks are predicted in the box that the last
ones imply, moved on at its own speed. A face that no longer looks like itself is lost, and a detection settles it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Points, Rect
from fer_web.core.landmarks import anchors
from fer_web.registry import InputSpec
from fer_web.vision.align import box_of, cut_chip, to_gray
from fer_web.vision.appearance import Look, likeness, look_of, shared_colors
from fer_web.vision.detect import HogDetector
from fer_web.vision.landmarks import predict_landmarks
from fer_web.vision.matching import best_pairs

# How often the detector runs: seldom while everybody is being followed, often while nobody is or somebody was lost.
DETECT_EVERY_S = 1 / 3
SEARCH_EVERY_S = 1 / 15
# A chip this unlike the one of the last detection is no longer the face that was followed.
LOST_LIKENESS = 0.45
# Two tracks that overlap this much have run onto one face.
SAME_FACE_IOU = 0.5
# A detection that overlaps a track this little is somebody else.
MATCH_IOU = 0.2
# Detections in a row that may miss a face that is still being followed (it turned away from the camera).
MOST_MISSES = 4
# How long somebody who was lost keeps their id, and how alike their colors must be.
REMEMBER_S = 3.0
KNOWN_COLORS = 0.5
# Share of a new speed in the mean speed.
SPEED_WEIGHT = 0.4


@dataclass(eq=False)
class Track:
    """One person: their landmarks now, the chip of the last detection, speed in pixels a second, coarse colors."""

    id: int
    landmarks: Points
    chip: NDArray[np.uint8]
    reference: NDArray[np.uint8]
    face_confidence: float
    time_s: float
    speed: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    misses: int = 0
    alike: float = 1.0
    look: Look | None = None

    @property
    def region(self) -> Rect:
        return box_of(self.landmarks)

    def expected(self, time_s: float) -> Rect:
        """Where its box should be by now, at most half a box away."""
        rect = self.region
        step = np.clip(self.speed * (time_s - self.time_s), -rect.width / 2, rect.width / 2)
        return rect.moved(round(step[0]), round(step[1]))

    def face(self) -> Face:
        return Face(self.region, self.face_confidence, self.id, self.landmarks, self.chip)


class Tracker:
    """The people in a stream of frames. Belongs to one thread."""

    def __init__(self, detector: HogDetector, predictor: Any, spec: InputSpec, most_pixels: int) -> None:
        self._detector, self._predictor, self._spec, self._most_pixels = detector, predictor, spec, most_pixels
        self._tracks: list[Track] = []
        self._lost: list[Track] = []
        self._next_id = 1
        self._detected_s = -math.inf
        self._is_settled = False
        self._size = (0, 0)
        self._gray_of: tuple[Frame, NDArray[np.uint8]] | None = None

    def is_due(self, time_s: float) -> bool:
        """Whether the detector should look at the frame of this time."""
        pause_s = DETECT_EVERY_S if self._is_settled else SEARCH_EVERY_S
        return not 0 <= time_s - self._detected_s < pause_s - 1e-6

    def detect(self, frame: Frame) -> Faces:
        """What the detector sees, largest first, without ids."""
        self._detected_s = frame.time_s
        return self._detector.find(self._gray(frame), 1.0, self._most_pixels)

    def follow(self, frame: Frame) -> None:
        """Moves every track to this frame; those that no longer look like a face, or like themselves, are lost."""
        if frame.size != self._size:
            self._tracks, self._lost, self._size = [], [], frame.size
        gray = self._gray(frame)
        kept = [track for track in self._tracks if self._moved(track, gray, frame)]
        kept = [track for track in kept if not any(_yields(track, other) for other in kept)]
        self._lose(track for track in self._tracks if track not in kept)
        self._tracks = kept
        self._lost = [track for track in self._lost if 0 <= frame.time_s - track.time_s <= REMEMBER_S]

    def settle(self, frame: Frame, detections: Faces) -> None:
        """Gives every detection to its track, to somebody who was lost a moment ago, or to a newcomer."""
        pairs = best_pairs(self._tracks, detections, _overlap)
        for row, column in pairs:
            self._confirm(self._tracks[row], detections[column], frame)
        seen = {row for row, _ in pairs}
        missed = [track for row, track in enumerate(self._tracks) if row not in seen]
        for track in missed:
            track.misses += 1
        gone = [track for track in missed if track.misses > MOST_MISSES]
        self._tracks = [track for track in self._tracks if track not in gone]
        self._lose(gone)
        taken = {column for _, column in pairs}
        self._welcome(tuple(face for column, face in enumerate(detections) if column not in taken), frame)
        self._is_settled = bool(self._tracks) and not missed

    def faces(self) -> Faces:
        """Everybody who is followed, largest first."""
        return tuple(
            sorted((track.face() for track in self._tracks), key=lambda face: (-face.region.area, face.track_id))
        )

    def _gray(self, frame: Frame) -> NDArray[np.uint8]:
        if self._gray_of is None or self._gray_of[0] is not frame:
            self._gray_of = frame, to_gray(frame.pixels)
        return self._gray_of[1]

    def _moved(self, track: Track, gray: NDArray[np.uint8], frame: Frame) -> bool:
        expected = track.expected(frame.time_s)
        if expected.clipped(frame.size) is None:
            return False
        landmarks = predict_landmarks(self._predictor, gray, expected)
        try:
            chip, moved = cut_chip(gray, landmarks, self._spec), box_of(landmarks)
        except ValueError:
            return False
        track.alike = likeness(chip, track.reference)
        if track.alike < LOST_LIKENESS or not _is_plausible(moved, expected, frame):
            return False
        passed_s = frame.time_s - track.time_s
        if passed_s > 0:
            speed = (anchors(landmarks).mean(axis=0) - anchors(track.landmarks).mean(axis=0)) / passed_s
            track.speed += SPEED_WEIGHT * (speed - track.speed)
        track.landmarks, track.chip, track.time_s = landmarks, chip, frame.time_s
        return True

    def _confirm(self, track: Track, detection: Face, frame: Frame) -> None:
        if track.region.iou(detection.region) < SAME_FACE_IOU:
            self._place(track, detection, frame)
        track.reference, track.face_confidence, track.misses = track.chip, detection.face_confidence, 0
        track.look = look_of(frame.pixels, track.region)

    def _place(self, track: Track, detection: Face, frame: Frame) -> None:
        track.landmarks, track.chip = self._read(frame, detection.region)
        track.time_s, track.speed = frame.time_s, np.zeros(2)

    def _read(self, frame: Frame, rect: Rect) -> tuple[Points, NDArray[np.uint8]]:
        """Landmarks and chip of a detected box, predicted twice so that they start as they will be followed."""
        gray = self._gray(frame)
        rough = predict_landmarks(self._predictor, gray, rect)
        landmarks = predict_landmarks(self._predictor, gray, box_of(rough))
        return landmarks, cut_chip(gray, landmarks, self._spec)

    def _welcome(self, newcomers: Faces, frame: Frame) -> None:
        looks = [look_of(frame.pixels, face.region) for face in newcomers]
        order = range(len(newcomers))
        pairs = best_pairs(self._lost, order, lambda track, place: _known(track, newcomers[place], looks[place], frame))
        returning = {column: self._lost[row] for row, column in pairs}
        for place in order:
            if not any(_overlap(track, newcomers[place]) > 0 for track in self._tracks):
                self._tracks.append(self._started(newcomers[place], looks[place], returning.get(place), frame))
        self._lost = [track for track in self._lost if track not in self._tracks]

    def _started(self, face: Face, look: Look | None, known: Track | None, frame: Frame) -> Track:
        landmarks, chip = self._read(frame, face.region)
        if known is None:
            known = Track(self._next_id, landmarks, chip, chip, face.face_confidence, frame.time_s)
            self._next_id += 1
        known.landmarks, known.chip, known.reference = landmarks, chip, chip
        known.face_confidence, known.time_s, known.look = face.face_confidence, frame.time_s, look
        known.speed, known.misses = np.zeros(2), 0
        return known

    def _lose(self, tracks: Iterable[Track]) -> None:
        lost = list(tracks)
        self._lost += lost
        self._is_settled = self._is_settled and not lost


def _overlap(track: Track, detection: Face) -> float:
    iou = track.region.iou(detection.region)
    return iou if iou >= MATCH_IOU else 0.0


def _yields(track: Track, other: Track) -> bool:
    """Whether a track has run onto the face of another one, which looks more like itself there."""
    if track is other or track.region.iou(other.region) < SAME_FACE_IOU:
        return False
    return (track.alike, -track.id) < (other.alike, -other.id)


def _known(track: Track, face: Face, look: Look | None, frame: Frame) -> float:
    """How surely a detection is somebody who was lost: 0 when too far away, too unlike, or of another size."""
    if track.look is None or look is None:
        return 0.0
    colors = shared_colors(track.look, look)
    away_s = max(0.0, frame.time_s - track.time_s)
    rect = track.region
    reached = np.array(rect.center) + track.speed * min(away_s, 1.0)
    distance = min(math.dist(reached, face.region.center), math.dist(rect.center, face.region.center)) / rect.width
    ratio = face.region.width / rect.width
    if colors < KNOWN_COLORS or distance > 1.5 + 2 * away_s or not 0.6 < ratio < 1.7:
        return 0.0
    return colors + 0.5 / (1 + distance)


def _is_plausible(moved: Rect, expected: Rect, frame: Frame) -> bool:
    """Whether a followed face kept its size, stayed near its place, and has its middle in the picture."""
    x, y = moved.center
    is_inside = 0 <= x < frame.size[0] and 0 <= y < frame.size[1]
    is_near = math.dist(moved.center, expected.center) < expected.width / 2
    return is_inside and is_near and 0.75 < moved.width / expected.width < 1.33
