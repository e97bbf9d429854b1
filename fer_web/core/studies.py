"""Studies: recordings that belong together, and when whoever took part worked on which task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeAlias

PartKind: TypeAlias = Literal["participant", "condition", "task"]

# More than these were made by a program that runs wild; a matrix of more would not be read.
MOST_STUDIES = 200
MOST_PARTS: Mapping[PartKind, int] = {"participant": 200, "condition": 10, "task": 30}
MOST_STUDY_RECORDINGS = 400
LONGEST_PART_NAME = 100


@dataclass(frozen=True, slots=True)
class StudyPart:
    """A participant, a condition or a task; no other one of its kind in the study has its name."""

    id: int
    kind: PartKind
    name: str


@dataclass(frozen=True, slots=True)
class TaskTimes:
    """When somebody worked on a task, in seconds of the recording. `success` is None while nobody has said it."""

    start_s: float | None = None
    stop_s: float | None = None
    success: bool | None = None

    @property
    def span(self) -> tuple[float, float] | None:
        """From start to stop; None unless both are known."""
        return None if self.start_s is None or self.stop_s is None else (self.start_s, self.stop_s)

    def holds(self, time_s: float) -> bool:
        """Whether the task was being worked on at that time of the recording."""
        return self.start_s is not None and self.start_s <= time_s < (self.stop_s or float("inf"))


NO_TIMES = TaskTimes()


@dataclass(frozen=True, slots=True)
class StudyRecording:
    """A recording's place in a study: whom it shows, under which condition, and its `times` by the tasks' ids."""

    recording: str
    participant: StudyPart
    condition: StudyPart | None = None
    times: Mapping[int, TaskTimes] = field(default_factory=dict)

    def of(self, task: StudyPart) -> TaskTimes:
        """The times of one task; empty ones before it has begun."""
        return self.times.get(task.id, NO_TIMES)


@dataclass(frozen=True, slots=True)
class Study:
    """Participants, conditions and tasks in their order; recordings in that of their participants."""

    id: str
    name: str
    created_at: datetime
    parts: tuple[StudyPart, ...] = ()
    recordings: tuple[StudyRecording, ...] = ()

    @property
    def participants(self) -> tuple[StudyPart, ...]:
        return self._of("participant")

    @property
    def conditions(self) -> tuple[StudyPart, ...]:
        return self._of("condition")

    @property
    def tasks(self) -> tuple[StudyPart, ...]:
        return self._of("task")

    def task_at(self, place: StudyRecording, time_s: float) -> str:
        """The name of the first task that is worked on at a time of a recording; "" for none."""
        return next((task.name for task in self.tasks if place.of(task).holds(time_s)), "")

    def _of(self, kind: PartKind) -> tuple[StudyPart, ...]:
        return tuple(part for part in self.parts if part.kind == kind)
