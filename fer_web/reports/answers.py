"""What a person did in each answer of a practice: between the marker of a question and the next one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from statistics import median

from fer_web.core import Reading, Recording
from fer_web.core.questions import CALM_S, is_question

# A reading stands until the person's next one, but for no longer: then they were not seen.
GAP_S = 1.0
# Shares of less would jump with every glance.
LEAST_JUDGED_S = 2.0
# A smile is so much above the median of the calm seconds: in the labeled clips (`bench gaze`) faces
# at rest have 0.06 on average, slight smiles 0.53.
SMILE_ABOVE = 0.25


@dataclass(frozen=True, slots=True)
class PracticeAnswer:
    """One answer; `looked` and `smiled` are shares of the time in which that could be judged, None of too little."""

    text: str
    start_s: float
    end_s: float
    looked: float | None
    smiled: float | None


def answers_of(recording: Recording, readings: Iterable[Reading]) -> tuple[PracticeAnswer, ...]:
    """The answers of a practice, in the order of its questions, by whoever was seen the longest.

    `readings` come in the order of time; one pass, of which little is kept.
    """
    markers = sorted(recording.markers, key=lambda marker: marker.time_s)
    starts = [marker.time_s for marker in markers]
    calm_s = min([CALM_S, *(marker.time_s for marker in markers if is_question(marker.text))])
    people: dict[int, _AnswerSums] = {}
    for reading in readings:
        person = people.setdefault(reading.track_id, _AnswerSums(calm_s))
        person.add(reading, bisect_right(starts, reading.time_s))
    person = max(people.values(), key=lambda one: one.seen_s, default=_AnswerSums(calm_s))
    ends = [*starts[1:], max(recording.duration_s, *starts, 0.0)]
    return tuple(
        PracticeAnswer(marker.text, marker.time_s, end_s, person.looked.share(part), person.smiled.share(part))
        for part, (marker, end_s) in enumerate(zip(markers, ends, strict=bool(markers)), 1)
        if is_question(marker.text)
    )


@dataclass(eq=False)
class _Seconds:
    """For each part of a recording, seconds in which something was so, of those in which it could be judged."""

    so_s: dict[int, float] = field(default_factory=dict)
    judged_s: dict[int, float] = field(default_factory=dict)

    def add(self, part: int, is_so: bool | None, seconds: float) -> None:
        if is_so is not None:
            self.so_s[part] = self.so_s.get(part, 0.0) + seconds * is_so
            self.judged_s[part] = self.judged_s.get(part, 0.0) + seconds

    def share(self, part: int) -> float | None:
        judged_s = self.judged_s.get(part, 0.0)
        return self.so_s[part] / judged_s if judged_s >= LEAST_JUDGED_S else None


@dataclass(eq=False)
class _AnswerSums:
    """What is known of one person so far; the first `calm_s` show how they look at rest."""

    calm_s: float
    looked: _Seconds = field(default_factory=_Seconds)
    smiled: _Seconds = field(default_factory=_Seconds)
    seen_s: float = 0.0
    _last: tuple[Reading, int] | None = None
    _calm: list[float] = field(default_factory=list)

    @cached_property
    def _rest(self) -> float:
        """The smile of the calm seconds, which are over when this is asked for."""
        return median(self._calm) if self._calm else 0.0

    def add(self, reading: Reading, part: int) -> None:
        """The person's next reading, which says how long the last one stood."""
        if self._last is not None:
            self._count(*self._last, min(reading.time_s - self._last[0].time_s, GAP_S))
        self._last = (reading, part)

    def _count(self, reading: Reading, part: int, seconds: float) -> None:
        self.seen_s += seconds
        if reading.time_s < self.calm_s:
            self._calm += [] if reading.smile is None else [reading.smile]
            return
        self.looked.add(part, reading.looks_at_camera, seconds)
        self.smiled.add(part, None if reading.smile is None else reading.smile >= self._rest + SMILE_ABOVE, seconds)
