"""The pages that show a study's recordings beside each other, task by task, and all people together on a wall."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, render_template

from fer_web.core import Emotion
from fer_web.core.studies import StudyRecording
from fer_web.errors import NoRecording, NoStudy, StoreError
from fer_web.reports.svg import bar, patterns, swatch
from fer_web.reports.task_cell import BLOCK_S
from fer_web.reports.task_matrix import LEAST_COMPARED, MATRIX_MEASURES, MOST_COMPARED, TaskMatrix
from fer_web.reports.task_series import FaceSeries
from fer_web.reports.task_wall import LEAST_PEOPLE, needed_for_wall, wall_tasks
from fer_web.reports.words import percent
from fer_web.store import RecordingState, Store, StoredRecording
from fer_web.web.api.models.studies import MatrixQuery
from fer_web.web.api.remembered import Remembered
from fer_web.web.api.study_schemas import stored_of
from fer_web.web.http.asking import own_store
from fer_web.web.http.route import PAGE, route

bp = Blueprint("study_compare", __name__)

# An hour at ten pictures a second takes two megabytes.
KEPT_SERIES = 16
# Adding up more takes longer than an audience waits.
MOST_WALL_READINGS = 1_000_000
Place = tuple[StudyRecording, StoredRecording]


@route(bp, "/studies/<study>/matrix", query=MatrixQuery, answers=PAGE, refuses=(NoStudy, NoRecording, StoreError))
def matrix(study: str, query: MatrixQuery) -> str:
    """The page that compares 2 to 8 recordings of a study, task by task."""
    store = own_store()
    found = store.studies.get(study)
    places = stored_of(store, found)
    chosen = _chosen(places, query.recording)
    shown = chosen[:MOST_COMPARED]
    is_enough = len(shown) >= LEAST_COMPARED
    series = {stored.id: series_in(store, stored) for _, stored in shown} if is_enough else {}
    named = [(place, stored.recording.name) for place, stored in shown]
    return render_template(
        "study_matrix.html",
        study=found,
        places=places,
        chosen={place.recording for place, _ in shown},
        left_out=len(chosen) - len(shown) if query.recording else 0,
        matrix=TaskMatrix.of(found, named, series, query.measure) if is_enough else None,
        measures=MATRIX_MEASURES,
        measure=query.measure,
        most=MOST_COMPARED,
        block_s=BLOCK_S,
        emotions=tuple(Emotion),
        swatch=swatch,
        patterns=patterns,
    )


@route(bp, "/studies/<study>/wall", answers=PAGE, refuses=(NoStudy, StoreError))
def wall(study: str) -> str:
    """The page for an audience: all people of a study together, for tasks that at least five did."""
    store = own_store()
    found = store.studies.get(study)
    needed = needed_for_wall(found)
    read = [stored for _, stored in stored_of(store, found) if stored.id in needed]
    readings = sum(stored.readings for stored in read)
    is_too_much = readings > MOST_WALL_READINGS
    series = {} if is_too_much else {stored.id: series_in(store, stored) for stored in read}
    return render_template(
        "study_wall.html",
        study=found,
        tasks=[] if is_too_much else wall_tasks(found, series),
        least=LEAST_PEOPLE,
        readings=readings if is_too_much else None,
        most=MOST_WALL_READINGS,
        bar=bar,
        percent=percent,
    )


def series_in(store: Store, stored: StoredRecording) -> FaceSeries:
    """What a recording's tasks are compared by; of one that has ended it is kept for a while."""
    return _read(store, stored) if stored.state is RecordingState.RECORDING else SERIES.of(store, stored)


def _read(store: Store, stored: StoredRecording) -> FaceSeries:
    return FaceSeries.of(stored.recording, store.recordings.readings(stored.id))


SERIES = Remembered(KEPT_SERIES, _read)


def _chosen(places: Sequence[Place], wanted: Sequence[str]) -> list[Place]:
    """In the study's order, whatever order they are asked for in."""
    missing = set(wanted) - {place.recording for place, _ in places}
    if missing:
        raise NoRecording()
    return [one for one in places if not wanted or one[0].recording in wanted]
