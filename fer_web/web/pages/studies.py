"""The pages of studies: their list, and one with its recordings, tasks, conditions and participants."""

from __future__ import annotations

from flask import Blueprint, render_template

from fer_web.core.studies import LONGEST_PART_NAME
from fer_web.errors import NoStudy, StoreError
from fer_web.store import RecordingState, Store
from fer_web.store.recording import TRASH
from fer_web.web.api.models.recordings import MOST, RecordingJson
from fer_web.web.api.recording_schemas import stored_json
from fer_web.web.api.study_schemas import listed_json, study_json
from fer_web.web.http.asking import own_store
from fer_web.web.http.route import PAGE, route
from fer_web.web.pages.navigation import MenuItem

bp = Blueprint("study_pages", __name__)

# What a study's recordings are looked at together by.
COMPARING = (MenuItem("study_compare.matrix", "Compare tasks"), MenuItem("study_compare.wall", "Wall for an audience"))


@bp.app_template_filter("clock")
def clock(seconds: float) -> str:
    """Seconds of a recording for people: 65.25 as 1:05.25."""
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest / 100:05.2f}" if hours else f"{minutes}:{rest / 100:05.2f}"


@route(bp, "/studies", answers=PAGE, refuses=(StoreError,))
def studies_page() -> str:
    """The page that lists studies and makes new ones."""
    studies = [listed_json(one) for one in own_store().studies.list()]
    return render_template("studies.html", studies=studies, trash_days=TRASH.days)


@route(bp, "/studies/<study>", answers=PAGE, refuses=(NoStudy, StoreError))
def study_page(study: str) -> str:
    """The page of a study."""
    store = own_store()
    found = study_json(store, store.studies.get(study))
    return render_template(
        "study.html",
        study=found,
        free=_free(store),
        offered=MOST if store.recordings.count() > MOST else None,
        longest=LONGEST_PART_NAME,
        trash_days=TRASH.days,
        comparing=COMPARING,
    )


def _free(store: Store) -> list[RecordingJson]:
    """The newest kept recordings that belong to no study."""
    taken = store.studies.taken()
    kept = [one for one in store.recordings.list(limit=MOST) if one.state is not RecordingState.RECORDING]
    return [stored_json(one) for one in kept if one.id not in taken]
