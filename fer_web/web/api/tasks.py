"""The tasks of a recording that belongs to a study: started and stopped while it runs, and corrected afterwards."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint

from fer_web.core.studies import Study, StudyRecording, TaskTimes
from fer_web.errors import BusyError, NoPart, NoRecording, RequestError, StoreError, TaskOrder
from fer_web.store import RecordingState
from fer_web.web.api.models.studies import RecordingTasksJson, TaskChange, TaskResult
from fer_web.web.api.running import OWN_VISIT, progress_of_request
from fer_web.web.api.study_schemas import tasks_json
from fer_web.web.http.asking import own_store
from fer_web.web.http.errors import STORE_REFUSALS
from fer_web.web.http.route import Reply, route
from fer_web.web.http.services import services

bp = Blueprint("tasks", __name__)

THE_TASKS = {200: Reply("The recording's tasks.", RecordingTasksJson)}
REFUSALS = (*STORE_REFUSALS, NoRecording, NoPart, BusyError)
# An end that was read off a clock may lie this far behind the last picture.
SLACK_S = 0.5


@route(bp, "/api/recordings/<recording>/tasks", answers=THE_TASKS, refuses=(NoRecording, StoreError))
def tasks(recording: str) -> RecordingTasksJson:
    """A recording's study and participant, and when each task was worked on."""
    store = own_store()
    return tasks_json(store.studies.of_recording(store.recordings.get(recording).id), recording)


@route(
    bp,
    "/api/recordings/<recording>/tasks/<int:task>/start",
    "POST",
    headers=(OWN_VISIT,),
    answers=THE_TASKS,
    refuses=(*REFUSALS, TaskOrder),
)
def start_task(recording: str, task: int) -> RecordingTasksJson:
    """Say that a task is begun at this moment of a recording that runs."""
    now_s, times = _now_s(recording), _times(recording, task)
    if times.start_s is not None:
        raise TaskOrder("this task has begun already: change its times instead")
    return _set(recording, task, replace(times, start_s=now_s))


@route(
    bp,
    "/api/recordings/<recording>/tasks/<int:task>/stop",
    "POST",
    body=TaskResult,
    headers=(OWN_VISIT,),
    answers=THE_TASKS,
    refuses=(*REFUSALS, TaskOrder),
)
def stop_task(recording: str, task: int, body: TaskResult) -> RecordingTasksJson:
    """Say that a task has ended at this moment, and whether it succeeded."""
    now_s, times = _now_s(recording), _times(recording, task)
    if times.start_s is None:
        raise TaskOrder("this task has not begun: start it first")
    if times.stop_s is not None:
        raise TaskOrder("this task has ended already: change its times instead")
    return _set(recording, task, replace(times, stop_s=max(now_s, times.start_s), success=body.success))


@route(
    bp,
    "/api/recordings/<recording>/tasks/<int:task>",
    "PATCH",
    body=TaskChange,
    answers=THE_TASKS,
    refuses=REFUSALS,
)
def change_task(recording: str, task: int, body: TaskChange) -> RecordingTasksJson:
    """Say when a task was worked on, and whether it succeeded.

    All three are replaced: what is left out, or null, is not known.
    """
    times = TaskTimes(body.start_s, body.stop_s, body.success)
    _check(times, _length_s(recording))
    return _set(recording, task, times)


def _check(times: TaskTimes, length_s: float) -> None:
    """RequestError for times that no task can have."""
    if times.start_s is None and times.stop_s is not None:
        raise RequestError("bad_parameter", "a task that has a stop needs a start")
    if times.span is not None and times.span[1] <= times.span[0]:
        raise RequestError("bad_parameter", "the task's stop must be later than its start")
    if max(times.start_s or 0, times.stop_s or 0) > length_s + SLACK_S:
        raise RequestError("bad_parameter", f"this recording ends after {length_s:.1f} s")


def _length_s(recording: str) -> float:
    """How long a recording is, or is so far."""
    kept, is_here = own_store().recordings, services().recordings.is_running(recording)
    if is_here or kept.get(recording).state is RecordingState.RECORDING:
        try:
            return progress_of_request(recording).duration_s
        except (NoRecording, BusyError):  # elsewhere it may be over, or a visit's; what is stored is a second behind
            if is_here:
                raise
    return kept.get(recording).recording.duration_s


def _now_s(recording: str) -> float:
    """Where a recording is that runs; NoRecording for others, and for that of somebody else's visit."""
    progress = progress_of_request(recording)
    if progress.state != "recording":
        raise NoRecording("this recording has ended")
    return progress.duration_s


def _times(recording: str, task: int) -> TaskTimes:
    """What is known of a task so far; NoPart when there is none."""
    study = own_store().studies.of_recording(recording)
    place = None if study is None else _place(study, recording)
    found = [] if study is None or place is None else [place.of(one) for one in study.tasks if one.id == task]
    if not found:
        raise NoPart()
    return found[0]


def _place(study: Study, recording: str) -> StudyRecording | None:
    return next((place for place in study.recordings if place.recording == recording), None)


def _set(recording: str, task: int, times: TaskTimes) -> RecordingTasksJson:
    kept = own_store().studies
    kept.set_times(recording, task, times)
    return tasks_json(kept.of_recording(recording), recording)
