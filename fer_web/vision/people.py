"""Following people from picture to picture by YuNet and a landmarker, under ids that stay theirs.

The detector looks at the whole picture every so often, and at once when somebody was lost. In between a face is
followed by its own points; where they say that it is gone, or cannot, the detector looks at its surroundings. Whoever
left is remembered for a while by place, coarse colors and the last crop, and gets their id back.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from fer_web.core import Face, Faces, Frame
from fer_web.registry import InputSpec
from fer_web.vision.appearance import look_of
from fer_web.vision.crew import aside, each
from fer_web.vision.landmarkers import Landmarker, NoLandmarker, WithFallback
from fer_web.vision.matching import best_pairs
from fer_web.vision.person import MATCH_IOU, Person, agree, alike, is_plausible, overlap, resemblance
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
# Tracks that overlap more have run onto one face.
SAME_FACE_IOU = 0.5
# So often in a row a search may miss a face, and its surroundings too, before its track ends.
MOST_MISSES = 2
# How long somebody who was lost keeps their id, and how many are remembered.
REMEMBER_S = 30.0
MOST_REMEMBERED = 16


class People:
    """The step that finds and follows everybody in a stream of pictures. Belongs to one thread."""

    name = "faces"

    def __init__(self, detector: YuNet, landmarker: Landmarker, spec: InputSpec) -> None:
        self._detector, self._landmarker = detector, landmarker
        self._marker = WithFallback(landmarker, NoLandmarker(spec))
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
                person.marked_s = frame.time_s
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
            if marked is not None and is_plausible(marked.region, expected.region, frame):
                return marked
        near = self._detector.near(frame.pixels, expected.region)
        if near is None:
            return None
        if self._landmarker.follows and expected.mesh is None and frame.time_s - person.tried_s < RETRY_S:
            return self._marker.fallback.begin(frame, near)
        if self._landmarker.follows or expected.landmarks is None or not agree(near, expected):
            person.tried_s = frame.time_s
            return self._marker.begin(frame, near, sure=0.0)
        return self._landmarker.go_on(frame, replace(near, anchors=expected.anchors, landmarks=expected.landmarks))

    def _settle(self, frame: Frame, found: Faces) -> None:
        """Gives every detection to its track, to somebody who was lost, or to a newcomer; ends tracks of no face."""
        pairs = best_pairs(self._people, found, overlap)
        for row, column in pairs:
            self._confirm(self._people[row], found[column], frame)
        seen = {row for row, _ in pairs}
        missed = [person for row, person in enumerate(self._people) if row not in seen]
        self._lose((person for person in missed if self._is_gone(person, frame)), frame.time_s)
        taken = {column for _, column in pairs}
        self._welcome([face for column, face in enumerate(found) if column not in taken], frame)

    def _confirm(self, person: Person, found: Face, frame: Frame) -> None:
        person.misses = 0
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
        apart = [face for face in newcomers if not any(overlap(person, face) > 0 for person in self._people)]
        marked = [face for face in each(lambda face: self._marker.begin(frame, face), apart) if face is not None]
        looks = [look_of(frame.pixels, face.region) for face in marked]
        order = range(len(marked))
        pairs = best_pairs(self._lost, order, lambda person, at: resemblance(person, marked[at], looks[at], frame))
        returning = {column: self._lost[row] for row, column in pairs}
        for at in order:
            self._people.append(self._started(marked[at], returning.get(at), frame))
        self._lost = [person for person in self._lost if person not in self._people]

    def _started(self, face: Face, known: Person | None, frame: Frame) -> Person:
        if known is None:
            known = Person(self._next_id, face, frame.time_s)
            self._next_id += 1
        known.face, known.marked_s = face, frame.time_s
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
            and (alike(person), -person.id) < (alike(other), -other.id)
            for other in self._people
        )

    def _faces(self) -> Faces:
        """Everybody who is followed, largest first."""
        ordered = sorted(self._people, key=lambda person: (-person.face.region.area, person.id))
        return tuple(replace(person.face, track_id=person.id) for person in ordered)
