"""The pages for people: the live page and the log-in."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fer_web.web.access import COOKIE, COOKIE_AGE_S
from fer_web.web.guard import check_guess
from fer_web.web.services import services

bp = Blueprint("pages", __name__)

# A log-in form is small; nobody without the token may fill the memory.
LOGIN_BYTES = 4096


@bp.get("/")
def index() -> str:
    """The live picture, its state, and a form that tries /predict."""
    mine = services()
    return render_template(
        "index.html",
        choice=mine.startup.choice(),
        limits=mine.uploads.limits,
        can_log_out=mine.access.token is not None,
    )


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
    answer.set_cookie(
        COOKIE, access.new_cookie(), COOKIE_AGE_S, httponly=True, samesite="Strict", secure=request.is_secure
    )
    return answer


@bp.post("/logout")
def log_out() -> AnyResponse:
    """Forget the cookie."""
    answer = redirect(url_for("pages.login"), 303)
    answer.delete_cookie(COOKIE, httponly=True, samesite="Strict", secure=request.is_secure)
    return answer


@bp.get("/favicon.ico")
def favicon() -> AnyResponse:
    """Browsers ask for it by this name."""
    return current_app.send_static_file("favicon.svg")


def local_path(target: str) -> str:
    """Where to go after logging in: a path of ours, never another website."""
    is_local = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return target if is_local else url_for("pages.index")


def _form(error: str | None = None) -> str:
    return render_template("login.html", error=error, next=local_path(request.values.get("next", "")))
