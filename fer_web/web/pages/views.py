"""The pages for people: the live page, pictures to try, what is analyzed and kept, the log-in."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fer_web.core import Emotion
from fer_web.core.palette import EMOTION_COLORS, Color
from fer_web.errors import NotReadyError
from fer_web.vision.overlays import OVERLAYS
from fer_web.web.http.local_path import cookie_path, local_path
from fer_web.web.http.services import services
from fer_web.web.pages.model_facts import ModelFacts
from fer_web.web.security.access import COOKIE, COOKIE_AGE_S
from fer_web.web.security.guard import check_guess
from fer_web.web.security.notice import paragraphs

bp = Blueprint("pages", __name__)

# A log-in form is small; nobody without the token may fill the memory.
LOGIN_BYTES = 4096
NAVIGATION = (
    ("pages.index", "Live"),
    ("visits.page", "Your camera"),
    ("pages.try_picture", "Try a picture"),
    ("jobs.page", "Videos"),
    ("recordings.page", "Recordings"),
    ("lab.page", "Lab"),
    ("pages.about", "About"),
    ("pages.privacy", "Privacy"),
    ("system.docs", "API"),
)


@bp.app_context_processor
def _for_every_page() -> dict[str, Any]:
    """What the frame of a page needs: where one can go, and the color of each expression."""
    mine = services()
    return {
        "navigation": [(name, title) for name, title in NAVIGATION if name in current_app.view_functions],
        "has_token": mine.access.token is not None,
        "colors": json.dumps({emotion.value: css_color(EMOTION_COLORS[emotion]) for emotion in Emotion}),
    }


def css_color(color: Color) -> str:
    """A color as style sheets write it."""
    return "#{:02x}{:02x}{:02x}".format(*color)


@bp.get("/")
def index() -> str:
    """The live picture, the people in it, the last minute, and the source's state."""
    mine = services()
    return render_template(
        "index.html", choice=mine.startup.choice(), overlays=OVERLAYS.values(), retention_days=mine.retention_days
    )


@bp.get("/try")
def try_picture() -> str:
    """Pictures of the visitor's own, sent to /predict and shown with their faces."""
    return render_template("try.html", limits=services().uploads.limits)


@bp.get("/about")
def about() -> str:
    """What is analyzed, by which model, how well, and what the answers do not mean."""
    try:
        model = ModelFacts.of(services().startup.vision().card)
    except NotReadyError:
        model = None
    return render_template("about.html", model=model)


@bp.get("/privacy")
def privacy() -> str:
    """What is kept, who can see it, and where such analysis is not allowed; open to everybody who may be filmed."""
    mine = services()
    notice = [] if mine.notice is None else paragraphs(mine.notice)
    return render_template("privacy.html", notice=notice, retention_days=mine.retention_days)


@bp.get("/login")
def login() -> AnyResponse:
    """The form; nobody needs it when there is no token."""
    if services().access.token is None:
        return redirect(url_for("pages.index"), 303)
    return Response(_form())


@bp.post("/login")
def log_in() -> AnyResponse:
    """Exchange the token for a cookie, because an <img> cannot send headers."""
    request.max_content_length = LOGIN_BYTES
    access = services().access
    if access.token is None:
        return redirect(url_for("pages.index"), 303)
    refusal = check_guess(access, request.form.get("token", ""))
    if refusal is not None:
        error = refusal.get_json()["error"]["message"]
        page = Response(_form(error), refusal.status_code)
        if "Retry-After" in refusal.headers:
            page.headers["Retry-After"] = refusal.headers["Retry-After"]
        return page
    answer = redirect(local_path(request.form.get("next", "")), 303)
    answer.set_cookie(COOKIE, access.new_cookie(), COOKIE_AGE_S, **_cookie_rules())
    return answer


@bp.post("/logout")
def log_out() -> AnyResponse:
    """Forget the cookie, here and in the browser."""
    services().access.end_cookie(request.cookies.get(COOKIE, ""))
    answer = redirect(url_for("pages.login"), 303)
    answer.delete_cookie(COOKIE, **_cookie_rules())
    return answer


def _cookie_rules() -> dict[str, Any]:
    return {"path": cookie_path(), "httponly": True, "samesite": "Strict", "secure": request.is_secure}


@bp.get("/favicon.ico")
def favicon() -> AnyResponse:
    """Browsers ask for it by this name."""
    return current_app.send_static_file("favicon.svg")


def _form(error: str | None = None) -> str:
    return render_template("login.html", error=error, next=local_path(request.values.get("next", "")))
