"""What everybody in a study showed at each task together, for an audience: nothing of fewer than five people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from fer_web.core import Emotion
from fer_web.core.studies import Study, StudyPart, StudyRecording
from fer_web.reports.bins import Sums
from fer_web.reports.task_series import LOOKS, READABLE, TASK_MEASURES, WIDTH, FaceSeries

LEAST_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class WallTask:
    """A task and how many `people` did it with a readable face. All else is None for fewer than LEAST_PEOPLE; so is
    each thing that is known of fewer.

    `shares` are the seven expressions' of the readable time, `looked` the share of the time at the camera: means over
    people, each of whom counts alike. `succeeded` counts people, and of how many it is known.
    """

    name: str
    people: int
    shares: Mapping[Emotion, float] | None = None
    looked: float | None = None
    succeeded: tuple[int, int] | None = None


def doers(study: Study, task: StudyPart) -> tuple[list[StudyRecording], int]:
    """The recordings in which a task was begun and ended, and of how many people they are."""
    done = [place for place in study.recordings if place.of(task).span is not None]
    return done, len({place.participant.id for place in done})


def needed_for_wall(study: Study) -> set[str]:
    """The ids of the recordings whose series a wall needs: those with a task that enough people did."""
    found = (doers(study, task) for task in study.tasks)
    return {place.recording for done, people in found if people >= LEAST_PEOPLE for place in done}


def wall_tasks(study: Study, series: Mapping[str, FaceSeries]) -> list[WallTask]:
    """All tasks in their order; `series` are those of `needed_for_wall`, by the recordings' ids."""
    return [_task(study, task, series) for task in study.tasks]


def _task(study: Study, task: StudyPart, series: Mapping[str, FaceSeries]) -> WallTask:
    done, people_done = doers(study, task)
    if people_done < LEAST_PEOPLE:
        return WallTask(task.name, people_done)
    sums, known_s, ends = _by_person(task, [place for place in done if place.recording in series], series)
    people = [who for who in sums if sums[who][READABLE] > 0]
    if len(people) < LEAST_PEOPLE:
        return WallTask(task.name, len(people))
    shares = np.mean([sums[who][:7] / sums[who][READABLE] for who in people], axis=0)
    looks = TASK_MEASURES[LOOKS].column
    looked = [float(sums[who][looks] / known_s[who][looks]) for who in people if known_s[who][looks] > 0]
    ended = [ends[who] for who in people if ends[who] is not None]
    return WallTask(
        task.name,
        len(people),
        dict(zip(Emotion, shares.tolist(), strict=True)),
        sum(looked) / len(looked) if len(looked) >= LEAST_PEOPLE else None,
        (sum(map(bool, ended)), len(ended)) if len(ended) >= LEAST_PEOPLE else None,
    )


def _by_person(
    task: StudyPart, places: Iterable[StudyRecording], series: Mapping[str, FaceSeries]
) -> tuple[dict[int, Sums], dict[int, Sums], dict[int, bool | None]]:
    """Of each participant: sums over all of their recordings, and whether they succeeded in one of them."""
    sums: dict[int, Sums] = {}
    known_s: dict[int, Sums] = {}
    ends: dict[int, bool | None] = {}
    for place in places:
        who, times = place.participant.id, place.of(task)
        added, known = series[place.recording].sums(np.array(times.span))
        sums[who] = sums.get(who, np.zeros(WIDTH)) + added[0]
        known_s[who] = known_s.get(who, np.zeros(WIDTH)) + known[0]
        ends[who] = times.success if ends.get(who) is None else ends[who] or times.success
    return sums, known_s, ends
