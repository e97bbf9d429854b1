"""The pages of recordings: their list, one with its report, two side by side."""

from __future__ import annotations

from flask import Blueprint, render_template

from fer_web.reports import comparison_fragment, report_fragment
from fer_web.reports.exports import EXPORTS
from fer_web.store import RecordingState
from fer_web.store.recording import TRASH
from fer_web.web.api.models.recordings import LIMIT, PairQuery
from fer_web.web.api.recording_files import card_text, summary_of, usual_of
from fer_web.web.api.recording_schemas import stored_json
from fer_web.web.api.recordings import MISSING, pair_of
from fer_web.web.api.sharing import shared_path
from fer_web.web.api.study_schemas import tasks_json
from fer_web.web.http.asking import Asker, asker, own_store, own_videos
from fer_web.web.http.route import PAGE, route
from fer_web.web.http.services import services

bp = Blueprint("recording_pages", __name__)

KINDS = {"camera": "Camera", "visit": "Browser camera", "practice": "Practice", "video": "Video"}


@route(bp, "/recordings", answers=PAGE)
def recordings_page() -> str:
    """The page that lists recordings."""
    return render_template(
        "recordings.html",
        retention_days=services().retention_days,
        limit=LIMIT,
        trash_days=TRASH.days,
        is_operator=asker() == Asker(None),
        has_guests=services().access.has_guests,
    )


@route(bp, "/recordings/<recording>", answers=PAGE, refuses=MISSING)
def recording_page(recording: str) -> str:
    """The page of a recording, with its report."""
    mine, store = services(), own_store()
    stored = store.recordings.get(recording)
    card, usual = card_text(mine, stored.recording.model), usual_of(store, stored)
    return render_template(
        "recording.html",
        recording=stored_json(stored),
        kinds=KINDS,
        report=report_fragment(summary_of(store, stored), card, usual),
        has_copy=own_videos().annotated_copy(recording) is not None,
        shared=None if stored.share is None else shared_path(stored.share),
        trash_days=TRASH.days,
        exports=EXPORTS.values(),
        place=tasks_json(store.studies.of_recording(recording), recording),
        takes_markers=stored.kind != "practice" and stored.state is not RecordingState.RECORDING,
    )


@route(bp, "/compare", query=PairQuery, answers=PAGE, refuses=MISSING)
def compare_page(query: PairQuery) -> str:
    """The page that shows two recordings side by side."""
    mine, store = services(), own_store()
    pair = pair_of(store, query)
    first, second = (summary_of(store, stored) for stored in pair)
    body = comparison_fragment(first, second, card_text(mine, first.recording.model))
    return render_template("compare.html", pair=[stored_json(stored) for stored in pair], report=body)
