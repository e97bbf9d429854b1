"""What studies look like as JSON."""

from __future__ import annotations

from fer_web.core.studies import Study, StudyPart, StudyRecording
from fer_web.store import Store, StoredRecording
from fer_web.store.study_reads import ListedStudy
from fer_web.web.api.models.studies import (
    ListedStudyJson,
    RecordingTasksJson,
    StudyJson,
    StudyPartJson,
    StudyRecordingJson,
    TaskTimesJson,
)
from fer_web.web.api.recording_schemas import moment


def listed_json(listed: ListedStudy) -> ListedStudyJson:
    """A line of the list."""
    return ListedStudyJson(
        id=listed.id,
        name=listed.name,
        created_at=moment(listed.created_at),
        participants=listed.participants,
        tasks=listed.tasks,
        recordings=listed.recordings,
    )


def study_json(store: Store, study: Study) -> StudyJson:
    """A study with everything in it."""
    return StudyJson(
        id=study.id,
        name=study.name,
        created_at=moment(study.created_at),
        participants=list(map(part_json, study.participants)),
        conditions=list(map(part_json, study.conditions)),
        tasks=list(map(part_json, study.tasks)),
        recordings=[_recording_json(study, place, stored) for place, stored in stored_of(store, study)],
    )


def stored_of(store: Store, study: Study) -> list[tuple[StudyRecording, StoredRecording]]:
    """A study's recordings as they are kept, in its order; without those that were deleted meanwhile."""
    stored = {one.id: one for one in store.recordings.some([place.recording for place in study.recordings])}
    return [(place, stored[place.recording]) for place in study.recordings if place.recording in stored]


def part_json(part: StudyPart) -> StudyPartJson:
    """A participant, a condition or a task."""
    return StudyPartJson(id=part.id, name=part.name)


def tasks_json(study: Study | None, recording: str) -> RecordingTasksJson:
    """The tasks of one recording."""
    places = [] if study is None else [place for place in study.recordings if place.recording == recording]
    if study is None or not places:
        return RecordingTasksJson(study=None, study_name=None, participant=None, condition=None, tasks=[])
    return RecordingTasksJson(
        study=study.id,
        study_name=study.name,
        participant=places[0].participant.name,
        condition=_name(places[0].condition),
        tasks=_times(study, places[0]),
    )


def _recording_json(study: Study, place: StudyRecording, stored: StoredRecording) -> StudyRecordingJson:
    return StudyRecordingJson.model_validate(
        {
            "recording": stored.id,
            "name": stored.recording.name,
            "participant": place.participant.name,
            "condition": _name(place.condition),
            "started_at": moment(stored.recording.started_at),
            "duration_s": round(stored.recording.duration_s, 3),
            "state": str(stored.state),
            "tasks": _times(study, place),
        }
    )


def _times(study: Study, place: StudyRecording) -> list[TaskTimesJson]:
    found = [(task, place.of(task)) for task in study.tasks]
    return [
        TaskTimesJson(task=task.id, name=task.name, start_s=one.start_s, stop_s=one.stop_s, success=one.success)
        for task, one in found
    ]


def _name(part: StudyPart | None) -> str | None:
    return None if part is None else part.name
