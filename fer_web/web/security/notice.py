"""The operator's notice: whoever opens a page with a camera's picture reads it first, once per browser session."""

from __future__ import annotations

import hashlib

from flask import Blueprint, redirect, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from fer_web.web.api.models.system import Acknowledgment
from fer_web.web.http.local_path import cookie_path, local_path, own_path
from fer_web.web.http.route import FORM, Body, Reply, route
from fer_web.web.http.services import services

bp = Blueprint("notice", __name__)

COOKIE = "fer_notice"
# Pages that show, or take, a camera's picture.
PATHS = frozenset({"/", "/my-camera", "/my-camera/on-device", "/practice", "/practice/on-device"})


@bp.before_app_request
def _show_first() -> str | None:
    """The notice in place of a page that must wait for it; the page itself, with its stream, is not sent."""
    text = services().notice
    shows_camera = request.path in PATHS or request.endpoint == "pages.mask"
    is_waiting = request.method == "GET" and shows_camera
    if text is None or not is_waiting or request.cookies.get(COOKIE) == _digest(text):
        return None
    return render_template("notice.html", paragraphs=paragraphs(text), next=own_path())


@route(
    bp,
    "/notice",
    "POST",
    body=Body({FORM: Acknowledgment}),
    answers={303: Reply("To `next`, with the cookie.")},
)
def acknowledge() -> AnyResponse:
    """Say that the operator's notice was read.

    Sets a cookie (HttpOnly, SameSite=Strict) that the browser forgets when it is closed. Without it, and with
    FER_NOTICE set, pages that show or take a camera's picture show the notice instead.
    """
    answer = redirect(local_path(request.form.get("next", "")), 303)
    text = services().notice
    if text is not None:
        answer.set_cookie(
            COOKIE, _digest(text), path=cookie_path(), httponly=True, samesite="Strict", secure=request.is_secure
        )
    return answer


def paragraphs(text: str) -> list[str]:
    """A text's paragraphs; in an environment variable, a line end may be written as a backslash and an n."""
    lines = text.replace("\\n", "\n").split("\n")
    return [line.strip() for line in lines if line.strip()]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
