"""The pages for people: the live page, pictures to try, videos, the laboratory, what is analyzed and kept."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fer_web.analysis.example import DISAGREEING, EXAMPLES
from fer_web.core import Emotion
from fer_web.core.hosts import is_loopback
from fer_web.core.mask import MOST_CORNERS, MOST_POLYGONS
from fer_web.core.palette import EMOTION_COLORS, Color
from fer_web.errors import BusyError, ModelError, NoCamera, NotReadyError, RequestError
from fer_web.store.recording import TRASH
from fer_web.vision.overlays import OVERLAYS
from fer_web.web.api.elsewhere import mask_now
from fer_web.web.api.lab import lab_models
from fer_web.web.api.lab_results import lab_rows
from fer_web.web.api.models.live import CameraQuery
from fer_web.web.http.route import PAGE, route
from fer_web.web.http.services import services
from fer_web.web.pages.engine_facts import EngineFacts
from fer_web.web.pages.model_facts import ModelFacts
from fer_web.web.pages.navigation import HELP, MENU, tabs_of
from fer_web.web.security.guard import HEADERS
from fer_web.web.security.notice import paragraphs

bp = Blueprint("pages", __name__)

# What the browser needs besides the page's own policy.
PERMISSIONS = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")

MASK_LIMITS = {"polygons": MOST_POLYGONS, "corners": MOST_CORNERS}


@bp.app_context_processor
def _for_every_page() -> dict[str, Any]:
    """What the frame of a page needs: where one can go, and the color of each expression."""
    mine = services()
    return {
        "menu": [place for place in MENU if place.endpoint in current_app.view_functions],
        "help_menu": [place for place in HELP if place.endpoint in current_app.view_functions],
        "tabs": tabs_of(request.endpoint),
        "has_token": mine.access.token is not None,
        "colors": page_colors(),
    }


def page_colors() -> str:
    """The color of each expression, in their order, as static/palette.js reads them."""
    return json.dumps({emotion.value: css_color(EMOTION_COLORS[emotion]) for emotion in Emotion})


def css_color(color: Color) -> str:
    """A color as style sheets write it."""
    return "#{:02x}{:02x}{:02x}".format(*color)


@route(bp, "/", query=CameraQuery, answers=PAGE, refuses=(NoCamera,))
def index(query: CameraQuery) -> str:
    """The live page of a camera; without its name, a wall of all of them, or the only one."""
    mine = services()
    if query.camera is None and len(mine.cameras) > 1:
        return render_template("wall.html", cameras=list(mine.cameras), places_out=mine.outlets.places)
    shown, names = mine.cameras.get(query.camera), [camera.name for camera in mine.cameras]
    return render_template(
        "index.html",
        names=names,
        camera=shown.name if len(names) > 1 else None,
        video=_video_address(shown.name if len(names) > 1 else None),
        choice=mine.startup.choice(shown.name),
        overlays=OVERLAYS.values(),
        retention_days=mine.retention_days,
        places_out=mine.outlets.places,
        shown_name=shown.name,
        is_masked=_is_masked(shown.name),
    )


def _is_masked(camera: str) -> bool:
    """Whether something is hidden of its picture, as far as that can be known."""
    try:
        return bool(mask_now(services(), camera))
    except (BusyError, RequestError):
        return False


def _video_address(name: str | None) -> str | None:
    """Where the live page gets its pictures as video; None for JPEGs, which cost nothing on this machine."""
    wanted = services().live_video
    address = request.remote_addr or ""
    if wanted == "mjpeg" or (wanted == "auto" and (not address or is_loopback(address))):
        return None
    return url_for("mp4.video") if name is None else url_for("mp4.camera_video", name=name)


@route(bp, "/cameras/<name>/mask", answers=PAGE, refuses=(NoCamera,))
def mask(name: str) -> str:
    """The page on which the operator hides parts of a camera's picture."""
    mine = services()
    camera = mine.cameras.get(name).name
    return render_template("mask.html", camera=camera, is_only=len(mine.cameras) == 1, limits=MASK_LIMITS)


@route(bp, "/try", answers=PAGE)
def try_picture() -> str:
    """A page that sends pictures of the visitor's own to /predict and shows their faces."""
    return render_template("try.html", limits=services().uploads.limits)


@route(bp, "/my-camera", answers=PAGE)
def camera() -> Response:
    """The page that shows what is seen in the visitor's own camera."""
    mine = services()
    page = render_template("my-camera.html", places=mine.visitors.places, retention_days=mine.retention_days)
    return _with_camera(page)


@route(bp, "/videos", answers=PAGE)
def videos() -> str:
    """A page that uploads videos and shows how far their analysis is."""
    mine = services()
    max_bytes = mine.videos.uploads.max_bytes
    return render_template("videos.html", max_bytes=max_bytes, size=size_text(max_bytes), days=mine.retention_days)


@route(bp, "/lab", answers=PAGE, refuses=(ModelError,))
def lab() -> Response:
    """A page that compares systems: their results, and two models on one picture."""
    mine = services()
    rows = lab_rows(mine.lab.runs)
    groups = [(count, list(group)) for count, group in groupby(rows, lambda row: len(row.expressions))]
    page = render_template("lab.html", rows=rows, groups=groups, models=lab_models(mine), limits=mine.uploads.limits)
    return _with_camera(page)


@route(bp, "/lab/projector", answers=PAGE, refuses=(ModelError,))
def projector() -> str:
    """A page for a classroom's wall: two models on one picture in large type, and a part of the face to hide."""
    mine = services()
    models = [model.name for model in lab_models(mine)]
    pair = DISAGREEING if set(DISAGREEING) <= set(models) else tuple(models[:2])
    return render_template(
        "projector.html", models=models, pair=pair, examples=list(EXAMPLES), limits=mine.uploads.limits
    )


@route(bp, "/about", answers=PAGE)
def about() -> str:
    """A page about what is analyzed, the model, and what its answers do not mean."""
    try:
        vision = services().startup.vision()
    except NotReadyError:
        return render_template("about.html", model=None, engine=None)
    engine = EngineFacts.of(vision.engine, vision.landmarks)
    return render_template("about.html", model=ModelFacts.of(vision.card), engine=engine)


@route(bp, "/privacy", answers=PAGE)
def privacy() -> str:
    """A page about what is kept, and where such analysis is not allowed."""
    mine = services()
    notice = [] if mine.notice is None else paragraphs(mine.notice)
    return render_template(
        "privacy.html",
        notice=notice,
        retention_days=mine.retention_days,
        places_out=mine.outlets.places,
        is_private=mine.access.has_guests,
        is_fleet=bool(mine.shared) or mine.sharing is not None,
        trash_days=TRASH.days,
    )


@bp.get("/favicon.ico")
def favicon() -> AnyResponse:
    """Browsers ask for it by this name."""
    return current_app.send_static_file("favicon.svg")


def _with_camera(page: str) -> Response:
    """A page that may ask for the visitor's camera; no other may."""
    answer = Response(page)
    answer.headers["Permissions-Policy"] = PERMISSIONS
    return answer


def size_text(count: int) -> str:
    """A number of bytes for people."""
    for unit, size in (("GB", 10**9), ("MB", 10**6)):
        if count >= size:
            return f"{count / size:.3g} {unit}"
    return f"{count / 1000:.3g} kB"
