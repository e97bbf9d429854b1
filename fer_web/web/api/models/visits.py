"""Visits: people who have their own camera analyzed."""

from __future__ import annotations

from fer_web.web.http.bodies import JsonObject
from fer_web.web.http.route import Header

VISIT_HEADER = "Fer-Visit"
VISIT = Header(VISIT_HEADER, "The visit's id from POST /api/visits.", is_required=True)


class VisitJson(JsonObject):
    """A visit's id, a secret, and how long it lasts in silence."""

    visit: str
    silence_s: float
