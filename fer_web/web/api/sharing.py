"""Sharing a report by a link that nobody can guess, until it is withdrawn."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from fer_web.errors import NoRecording, StoreError
from fer_web.reports import report_html
from fer_web.web.api.models.recordings import SharedJson
from fer_web.web.api.recording_files import REPORT_POLICY, card_text, summary_of
from fer_web.web.http.asking import own_store
from fer_web.web.http.errors import STORE_REFUSALS
from fer_web.web.http.route import PAGE, Reply, route
from fer_web.web.http.services import services

bp = Blueprint("sharing", __name__)

# Neither search engines nor the websites that a reader goes on to learn of the link.
SHARED_HEADERS = {
    "Content-Security-Policy": REPORT_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
}


@route(
    bp,
    "/api/recordings/<recording>/share",
    "POST",
    answers={200: Reply("The link.", SharedJson)},
    refuses=(*STORE_REFUSALS, NoRecording),
)
def share_recording(recording: str) -> SharedJson:
    """Share a recording's report by a link.

    Anyone who has the link can read the report, without logging in, until it is withdrawn or the recording is deleted.
    Asked again, the link is the same.
    """
    return SharedJson(path=shared_path(own_store().recordings.share(recording)))


@route(
    bp,
    "/api/recordings/<recording>/share",
    "DELETE",
    answers={204: Reply("The link leads nowhere any more.")},
    refuses=(*STORE_REFUSALS, NoRecording),
)
def withdraw_recording(recording: str) -> Response:
    """Withdraw the link to a report, for good; sharing it again makes another one."""
    own_store().recordings.withdraw(recording)
    return Response(status=204)


@route(bp, "/shared/<secret>", answers=PAGE, refuses=(NoRecording, StoreError))
def shared_page(secret: str) -> Response:
    """A report that somebody shared, as a self-contained page.

    Nothing but this one recording's numbers: neither other recordings, nor what is usual by them, nor a video.
    """
    mine = services()
    stored = mine.store.recordings.shared(secret)
    html = report_html(summary_of(mine.store, stored), card_text(mine, stored.recording.model))
    return Response(html, headers=SHARED_HEADERS)


def shared_path(secret: str) -> str:
    """Where a shared report is read."""
    return url_for("sharing.shared_page", secret=secret)
