"""Whether the service lives and is ready, what it counts, and how its API is described."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template, request

from fer_web.analysis.present import Json
from fer_web.errors import NotReadyError
from fer_web.web.api.described import groups
from fer_web.web.api.models.system import StatusJson
from fer_web.web.http.openapi import document_of
from fer_web.web.http.route import JSON, OBJECT, PAGE, Reply, route
from fer_web.web.http.services import services

bp = Blueprint("system", __name__)


@route(bp, "/healthz", answers={200: Reply("It does.", StatusJson)}, operation="healthz")
@route(bp, "/health/live", answers={200: Reply("It does.", StatusJson)})
def live() -> StatusJson:
    """Whether the process is running."""
    return StatusJson(status="alive")


@route(bp, "/readyz", answers={200: Reply("They are.", StatusJson)}, refuses=(NotReadyError,), operation="readyz")
@route(bp, "/health/ready", answers={200: Reply("They are.", StatusJson)}, refuses=(NotReadyError,))
def ready() -> StatusJson:
    """Whether the models are loaded."""
    services().startup.vision()
    return StatusJson(status="ready")


@route(bp, "/metrics", answers={200: Reply("Prometheus' text format.", kind="text/plain")})
def metrics() -> Response:
    """Counts and durations for Prometheus."""
    text, content_type = services().metrics.text()
    return Response(text, content_type=content_type)


@route(bp, "/openapi.json", answers={200: Reply("OpenAPI 3.1.", kind=JSON, schema=OBJECT)})
def openapi() -> Json:
    """This description."""
    return {**document_of(current_app), "servers": [{"url": request.script_root or "/"}]}


@route(bp, "/docs", answers=PAGE)
def docs() -> str:
    """This description as a page."""
    document = document_of(current_app)
    return render_template("docs.html", api=document, groups=groups(document, request.url_root))
