"""Studies: participants, conditions and tasks, and which recordings belong to them."""

from __future__ import annotations

from flask import Blueprint, Response

from fer_web.core.studies import Study
from fer_web.errors import (
    InAnotherStudy,
    NameTaken,
    NoPart,
    NoRecording,
    NoStudy,
    RequestError,
    StillRecording,
    StoreError,
    StudyFull,
)
from fer_web.web.api.models.recordings import CsvQuery, DeletedJson, NewName
from fer_web.web.api.models.studies import (
    Assignment,
    ConfirmQuery,
    DeleteStudyQuery,
    NewPart,
    NewStudy,
    PartChange,
    StudiesJson,
    StudyJson,
    StudyPartJson,
)
from fer_web.web.api.recording_files import file_name
from fer_web.web.api.recordings import download
from fer_web.web.api.study_files import study_archive
from fer_web.web.api.study_schemas import listed_json, part_json, study_json
from fer_web.web.http.asking import new_owner, own_store
from fer_web.web.http.errors import STORE_REFUSALS
from fer_web.web.http.route import Reply, route
from fer_web.web.http.services import services

bp = Blueprint("studies", __name__)

ARCHIVE = {200: Reply("A ZIP, written as it is read.", kind="application/zip")}
THE_STUDY = {200: Reply("The study.", StudyJson)}


@route(bp, "/api/studies", answers={200: Reply("The studies.", StudiesJson)}, refuses=(StoreError,))
def studies() -> StudiesJson:
    """All studies, the newest first."""
    return StudiesJson(studies=list(map(listed_json, own_store().studies.list())))


@route(
    bp,
    "/api/studies",
    "POST",
    body=NewStudy,
    answers={201: Reply("The new study.", StudyJson)},
    refuses=(*STORE_REFUSALS, NameTaken, StudyFull),
)
def create_study(body: NewStudy) -> StudyJson:
    """Create a study.

    Its tasks and conditions can be added later, too; its participants come with their recordings. It belongs to who
    makes it, like a recording.
    """
    made = own_store().studies.create(body.name, tasks=body.tasks, conditions=body.conditions, owner=new_owner())
    return study_json(own_store(), made)


@route(bp, "/api/studies/<study>", answers=THE_STUDY, refuses=(NoStudy, StoreError))
def study(study: str) -> StudyJson:
    """A study with its participants, conditions, tasks and recordings."""
    return _told(study)


@route(bp, "/api/studies/<study>", "PATCH", body=NewName, answers=THE_STUDY, refuses=(*STORE_REFUSALS, NoStudy))
def rename_study(study: str, body: NewName) -> StudyJson:
    """Rename a study."""
    own_store().studies.rename(study, body.name)
    return _told(study)


@route(
    bp,
    "/api/studies/<study>",
    "DELETE",
    query=DeleteStudyQuery,
    answers={200: Reply("It is deleted, with so many recordings.", DeletedJson)},
    refuses=(*STORE_REFUSALS, NoStudy, StillRecording, "confirm_required"),
)
def delete_study(study: str, query: DeleteStudyQuery) -> DeletedJson:
    """Permanently delete a study: its participants, conditions and tasks, with their times.

    Its recordings stay, unless recordings is delete: then they go to the trash.
    """
    store = own_store()
    doomed = [place.recording for place in store.studies.get(study).recordings] * (query.recordings == "delete")
    if any(map(services().recordings.is_running, doomed)):
        raise StillRecording("a recording of this study is still running: stop it first")
    for recording in doomed:
        store.recordings.discard(recording)
    store.studies.delete(study)
    return DeletedJson(deleted=len(doomed))


@route(
    bp,
    "/api/studies/<study>/parts",
    "POST",
    body=NewPart,
    answers={201: Reply("What was added.", StudyPartJson)},
    refuses=(*STORE_REFUSALS, NoStudy, NameTaken, StudyFull),
)
def add_part(study: str, body: NewPart) -> StudyPartJson:
    """Add a participant, a condition or a task."""
    return part_json(own_store().studies.add_part(study, body.kind, body.name))


@route(
    bp,
    "/api/studies/<study>/parts/<int:part>",
    "PATCH",
    body=PartChange,
    answers=THE_STUDY,
    refuses=(*STORE_REFUSALS, NoStudy, NoPart, NameTaken),
)
def change_part(study: str, part: int, body: PartChange) -> StudyJson:
    """Rename a participant, a condition or a task, or move it among its kind."""
    own_store().studies.change_part(study, part, name=body.name, place=body.place)
    return _told(study)


@route(
    bp,
    "/api/studies/<study>/parts/<int:part>",
    "DELETE",
    query=ConfirmQuery,
    answers=THE_STUDY,
    refuses=(*STORE_REFUSALS, NoStudy, NoPart, "confirm_required"),
)
def delete_part(study: str, part: int, query: ConfirmQuery) -> StudyJson:
    """Remove a participant, a condition or a task.

    A task goes with its times; a participant's recordings leave the study, but stay kept. Where there are some, that
    needs confirm.
    """
    kept = own_store().studies
    lost = _lost_with(kept.get(study), part)
    if lost and not query.confirm:
        raise RequestError("confirm_required", f"{lost}: add ?confirm=true to confirm")
    kept.delete_part(study, part)
    return _told(study)


@route(
    bp,
    "/api/studies/<study>/recordings",
    "POST",
    body=Assignment,
    answers=THE_STUDY,
    refuses=(*STORE_REFUSALS, NoStudy, NoPart, NoRecording, InAnotherStudy, StudyFull),
)
def assign_recording(study: str, body: Assignment) -> StudyJson:
    """Let a recording belong to the study, or change whom it shows and under which condition."""
    own_store().studies.assign(study, body.recording, body.participant, body.condition)
    return _told(study)


@route(
    bp,
    "/api/studies/<study>/recordings/<recording>",
    "DELETE",
    answers=THE_STUDY,
    refuses=(*STORE_REFUSALS, NoStudy, NoRecording),
)
def release_recording(study: str, recording: str) -> StudyJson:
    """Take a recording out of the study, with the times of its tasks. The recording itself stays."""
    own_store().studies.release(study, recording)
    return _told(study)


@route(bp, "/api/studies/<study>/export.zip", query=CsvQuery, answers=ARCHIVE, refuses=(NoStudy, StoreError))
def export_study(study: str, query: CsvQuery) -> Response:
    """A study as files: readings.csv and markers.csv of all its recordings, tasks.csv, and study.json."""
    store = own_store()
    found = store.studies.get(study)
    return download(study_archive(store, found, query.separator), "application/zip", f"{file_name(found.name)}.zip")


def _told(study: str) -> StudyJson:
    store = own_store()
    return study_json(store, store.studies.get(study))


def _lost_with(study: Study, part_id: int) -> str:
    """What goes with a part, in a sentence; "" for nothing."""
    for task in study.tasks:
        count = sum(part_id in place.times for place in study.recordings if task.id == part_id)
        if count:
            return f"the task {task.name!r} has times in {_recordings(count)}, which are deleted with it"
    who = [place.participant for place in study.recordings if place.participant.id == part_id]
    if who:
        return f"{_recordings(len(who))} of {who[0].name!r} leave the study, with the times of their tasks"
    under = [place.condition for place in study.recordings if place.condition and place.condition.id == part_id]
    return f"{_recordings(len(under))} would have no condition any more" if under else ""


def _recordings(count: int) -> str:
    return f"{count} recording{'' if count == 1 else 's'}"
