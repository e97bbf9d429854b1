"""Following people from picture to picture by YuNet and a landmarker, under ids that stay theirs.

The detector looks at the whole picture every so often, and at once when somebody was lost. In between a face is
followed by its own points; where they say that it is gone, or cannot, the detector looks at its surroundings. Whoever
left is remembered for a while by place, coarse colors and the last crop, and gets their id back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Rect
from fer_web.registry import InputSpec
from fer_web.vision.appearance import Look, likeness, look_of, shared_colors
from fer_web.vision.crew import aside, each
from fer_web.vision.landmarkers import Landmarker, NoLandmarker, WithFallback
from fer_web.vision.matching import best_pairs
from fer_web.vision.yunet import YuNet

# How often the whole picture is searched: seldom while everybody is being followed, often while somebody is missing.
DETECT_EVERY_S = 0.5
SEARCH_EVERY_S = 0.1
# For this long after somebody was lost.
SEARCH_FOR_S = 2.0
# A face is marked as often as a camera's usual rate for one or two, in turn for more: so many marks a second in all, in
# one picture so many; but each face at least as often as the oldest mark says.
MARK_EVERY_S = 1 / 31
MARKS_PER_S = 62
MARKS_AT_ONCE = 2
OLDEST_MARK_S = 0.09
# Who is in profile is looked at by the landmarker this often, to see whether they have turned back.
RETRY_S = 0.15
# A detection that overlaps a track less is somebody else; tracks that overlap more have run onto one face.
MATCH_IOU = 0.3
SAME_FACE_IOU = 0.5
# So often in a row a search may miss a face, and its surroundings too, before its track ends.
MOST_MISSES = 2
# How long somebody who was lost keeps their id, and how many are remembered.
REMEMBER_S = 30.0
MOST_REMEMBERED = 16
# Share of a new speed in the mean speed; of a new look in the remembered one.
SPEED_WEIGHT = 0.4
LOOK_WEIGHT = 0.2


@dataclass(eq=False)
class Person:
    """One track: its face as of `marked_s`, speed in pixels a second, colors and the crop that it is known again by."""

    id: int
    face: Face
    marked_s: float
    checked_s: float
    speed: NDArray[np.float64] = field(default_factory=lambda: np.zeros(2))
    misses: int = 0
    look: Look | None = None
    chip: NDArray[np.uint8] | None = None
    tried_s: float = -math.inf

    def expected(self, time_s: float) -> Face:
        """Its face, moved on to where it should be by now, at most half a width."""
        passed_s = time_s - self.marked_s
        if passed_s <= OLDEST_MARK_S / 2:
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


class People:
    """The step that finds and follows everybody in a stream of pictures. Belongs to one thread."""

    name = "faces"

    def __init__(self, detector: YuNet, landmarker: Landmarker, spec: InputSpec) -> None:
        self._detector, self._landmarker = detector, landmarker
        self._newcomers = WithFallback(landmarker, NoLandmarker(spec))
        self._fallback = NoLandmarker(spec)
        self._people: list[Person] = []
        self._lost: list[Person] = []
        self._next_id = 1
        self._searched_s = self._lost_s = -math.inf
        self._size = (0, 0)

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        self._begin(frame)
        search = aside(lambda: self._detector.find(frame.pixels)) if self._is_due(frame.time_s) else None
        is_complete = self._follow(frame)
        if search is None and not is_complete and frame.time_s - self._searched_s >= SEARCH_EVERY_S / 2:
            found: Faces | None = self._detector.find(frame.pixels)
        else:
            found = None if search is None else search.result()
        if found is not None:
            self._searched_s = frame.time_s
            self._settle(frame, found)
        return self._faces()

    def _begin(self, frame: Frame) -> None:
        """Another size is another picture; a time before the last one is a stream that began anew."""
        last_s = max((person.marked_s for person in (*self._people, *self._lost)), default=-math.inf)
        if frame.size != self._size:
            self._people, self._lost, self._size = [], [], frame.size
            self._searched_s = -math.inf
        if frame.time_s < min(last_s, self._searched_s):
            self._searched_s = self._lost_s = -math.inf
            for person in (*self._people, *self._lost):
                person.marked_s = person.checked_s = frame.time_s
                person.tried_s = -math.inf
        self._lost = [person for person in self._lost if frame.time_s - person.marked_s <= REMEMBER_S]

    def _is_due(self, time_s: float) -> bool:
        is_searching = not self._people or time_s - self._lost_s <= SEARCH_FOR_S
        pause_s = SEARCH_EVERY_S if is_searching else DETECT_EVERY_S
        return not 0 <= time_s - self._searched_s < pause_s - 1e-6

    def _follow(self, frame: Frame) -> bool:
        """Finds those who are due where they should be by now; whether nobody was lost."""
        due = self._due(frame.time_s)
        answers = each(lambda person: self._found_again(frame, person), due)
        gone = []
        for person, face in zip(due, answers, strict=True):
            if face is None:
                gone.append(person)
            else:
                person.renew(face, frame.time_s)
        gone += [person for person in self._people if person not in gone and self._yields(person)]
        self._lose(gone, frame.time_s)
        return not gone

    def _due(self, time_s: float) -> list[Person]:
        """The oldest first: all in turn, each often enough."""
        count = len(self._people) if self._landmarker.follows else 1
        pause_s = min(max(MARK_EVERY_S, count / MARKS_PER_S), OLDEST_MARK_S)
        ages = [(time_s - person.marked_s, person) for person in self._people]
        due = sorted((pair for pair in ages if pair[0] >= pause_s), key=lambda pair: -pair[0])
        most = MARKS_AT_ONCE if self._landmarker.follows else len(due)
        return [person for place, (age, person) in enumerate(due) if place < most or age >= OLDEST_MARK_S]

    def _found_again(self, frame: Frame, person: Person) -> Face | None:
        expected = person.expected(frame.time_s)
        if expected.region.clipped(frame.size) is None:
            return None
        if self._landmarker.follows and expected.mesh is not None:
            marked = self._landmarker.go_on(frame, expected)
            if marked is not None and _is_plausible(marked.region, expected.region, frame):
                return marked
        near = self._detector.near(frame.pixels, expected.region)
        if near is None:
            return None
        if self._landmarker.follows and expected.mesh is None and frame.time_s - person.tried_s < RETRY_S:
            return self._fallback.begin(frame, near)
        if self._landmarker.follows or expected.landmarks is None or not _agree(near, expected):
            person.tried_s = frame.time_s
            return self._marked(frame, near)
        return self._landmarker.go_on(frame, replace(near, anchors=expected.anchors, landmarks=expected.landmarks))

    def _marked(self, frame: Frame, face: Face) -> Face | None:
        """A detected face with its points; with the detector's alone where the landmarker sees none (a profile)."""
        return self._landmarker.begin(frame, face) or self._fallback.begin(frame, face)

    def _settle(self, frame: Frame, found: Faces) -> None:
        """Gives every detection to its track, to somebody who was lost, or to a newcomer; ends tracks of no face."""
        pairs = best_pairs(self._people, found, _overlap)
        for row, column in pairs:
            self._confirm(self._people[row], found[column], frame)
        seen = {row for row, _ in pairs}
        missed = [person for row, person in enumerate(self._people) if row not in seen]
        self._lose((person for person in missed if self._is_gone(person, frame)), frame.time_s)
        taken = {column for _, column in pairs}
        self._welcome([face for column, face in enumerate(found) if column not in taken], frame)

    def _confirm(self, person: Person, found: Face, frame: Frame) -> None:
        person.misses, person.checked_s = 0, frame.time_s
        person.face = replace(person.face, face_confidence=found.face_confidence)
        person.remember(frame)

    def _is_gone(self, person: Person, frame: Frame) -> bool:
        """Whether the detector sees nothing there, looking closely, for the second time."""
        near = self._detector.near(frame.pixels, person.face.region)
        if near is not None and near.region.iou(person.face.region) >= MATCH_IOU:
            person.misses = 0
            person.face = replace(person.face, face_confidence=near.face_confidence)
            return False
        person.misses += 1
        return person.misses >= MOST_MISSES

    def _welcome(self, newcomers: list[Face], frame: Frame) -> None:
        apart = [face for face in newcomers if not any(_overlap(person, face) > 0 for person in self._people)]
        marked = [face for face in each(lambda face: self._newcomers.begin(frame, face), apart) if face is not None]
        looks = [look_of(frame.pixels, face.region) for face in marked]
        order = range(len(marked))
        pairs = best_pairs(self._lost, order, lambda person, at: _known(person, marked[at], looks[at], frame))
        returning = {column: self._lost[row] for row, column in pairs}
        for at in order:
            self._people.append(self._started(marked[at], returning.get(at), frame))
        self._lost = [person for person in self._lost if person not in self._people]

    def _started(self, face: Face, known: Person | None, frame: Frame) -> Person:
        if known is None:
            known = Person(self._next_id, face, frame.time_s, frame.time_s)
            self._next_id += 1
        known.face, known.marked_s, known.checked_s = face, frame.time_s, frame.time_s
        known.speed, known.misses = np.zeros(2), 0
        known.remember(frame)
        return known

    def _lose(self, people: Iterable[Person], time_s: float) -> None:
        lost = list(people)
        if lost:
            self._lost_s = time_s
            self._people = [person for person in self._people if person not in lost]
            self._lost = [*self._lost, *lost][-MOST_REMEMBERED:]

    def _yields(self, person: Person) -> bool:
        """Whether it has run onto the face of another one, who looks more like themselves there."""
        return any(
            other is not person
            and person.face.region.iou(other.face.region) >= SAME_FACE_IOU
            and (_alike(person), -person.id) < (_alike(other), -other.id)
            for other in self._people
        )

    def _faces(self) -> Faces:
        """Everybody who is followed, largest first."""
        ordered = sorted(self._people, key=lambda person: (-person.face.region.area, person.id))
        return tuple(replace(person.face, track_id=person.id) for person in ordered)


def _overlap(person: Person, found: Face) -> float:
    iou = person.face.region.iou(found.region)
    return iou if iou >= MATCH_IOU else 0.0


def _alike(person: Person) -> float:
    """How much a track's face still looks like the one that was last detected."""
    if person.chip is None or person.face.chip is None:
        return 0.0
    return likeness(person.chip, person.face.chip)


def _known(person: Person, face: Face, look: Look | None, frame: Frame) -> float:
    """How surely a detection is somebody who was lost: 0 when too far away, too unlike, or of another size."""
    if person.look is None or look is None:
        return 0.0
    colors = shared_colors(person.look, look)
    alike = 0.0 if person.chip is None or face.chip is None else max(0.0, likeness(person.chip, face.chip))
    away_s = max(0.0, frame.time_s - person.marked_s)
    rect = person.face.region
    reached = np.array(rect.center) + person.speed * min(away_s, 1.0)
    distance = min(math.dist(reached, face.region.center), math.dist(rect.center, face.region.center)) / rect.width
    ratio = face.region.width / rect.width
    if colors < 0.5 or not 0.5 < ratio < 2 or distance > 1.5 + 2 * away_s:
        return 0.0
    if away_s > 3 and colors + alike < 1.1:
        return 0.0
    return colors + alike + 0.5 / (1 + distance)


def _is_plausible(region: Rect, expected: Rect, frame: Frame) -> bool:
    """Whether a followed face kept its size, stayed near its place, and has its middle in the picture."""
    x, y = region.center
    is_inside = 0 <= x < frame.size[0] and 0 <= y < frame.size[1]
    is_near = math.dist(region.center, expected.center) < expected.width * 0.6
    return is_inside and is_near and 0.6 < region.width / expected.width < 1.6


def _agree(near: Face, followed: Face) -> bool:
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
