"""Whether the service lives and is ready, what it counts, and how its API is described."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, render_template, request

from fer_web.web.http.services import services
from fer_web.web.openapi import DOCUMENT, operations

bp = Blueprint("system", __name__)


@bp.get("/health/live")
def live() -> Response:
    """The process answers; whether it can do anything is another question."""
    return jsonify(status="alive")


@bp.get("/health/ready")
def ready() -> Response:
    """The models are loaded; until then, and if they cannot be, 503."""
    services().startup.vision()
    return jsonify(status="ready")


@bp.get("/metrics")
def metrics() -> Response:
    """All counts, for Prometheus."""
    text, content_type = services().metrics.text()
    return Response(text, content_type=content_type)


@bp.get("/openapi.json")
def openapi() -> Response:
    """The API's description for programs."""
    return jsonify({**DOCUMENT, "servers": [{"url": request.script_root or "/"}]})


@bp.get("/docs")
def docs() -> str:
    """The same for people."""
    return render_template("docs.html", api=DOCUMENT, operations=operations())
