"""The log-in: the token for a cookie, because an <img> cannot send headers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fer_web.web.api.models.system import Login
from fer_web.web.http.local_path import cookie_path, local_path
from fer_web.web.http.route import FORM, PAGE, Body, Reply, route
from fer_web.web.http.services import services
from fer_web.web.security.access import COOKIE, COOKIE_AGE_S
from fer_web.web.security.guard import check_guess

bp = Blueprint("login", __name__)

# A log-in form is small; nobody without the token may fill the memory.
LOGIN_BYTES = 4096


@route(bp, "/login", answers={**PAGE, 303: Reply("To /, when the service has no token.")})
def login() -> AnyResponse:
    """The form that asks for the token."""
    if services().access.token is None:
        return redirect(url_for("pages.index"), 303)
    return Response(_form())


@route(
    bp,
    "/login",
    "POST",
    body=Body({FORM: Login}),
    answers={
        303: Reply("To `next`, with the cookie."),
        401: Reply("A wrong token; the form again.", kind="text/html"),
        429: Reply("Too many wrong tokens; Retry-After says for how long.", kind="text/html"),
    },
    refuses=("image_too_large",),
)
def log_in() -> AnyResponse:
    """Exchange the token for a cookie.

    The cookie (HttpOnly, SameSite=Strict, Secure over https) is signed, does not hold the token, and is good for 30
    days. The token of guests (FER_GUEST_TOKEN) makes nobody the operator. Wrong tokens are answered by the form with
    the status of their refusal.
    """
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
    is_guest = access.is_guest_token(request.form.get("token", ""))
    answer.set_cookie(COOKIE, access.new_cookie(guest=is_guest), COOKIE_AGE_S, **_cookie_rules())
    return answer


@route(bp, "/logout", "POST", answers={303: Reply("To /login.")})
def log_out() -> AnyResponse:
    """Forget the cookie."""
    services().access.end_cookie(request.cookies.get(COOKIE, ""))
    answer = redirect(url_for("login.login"), 303)
    answer.delete_cookie(COOKIE, **_cookie_rules())
    return answer


def _cookie_rules() -> dict[str, Any]:
    return {"path": cookie_path(), "httponly": True, "samesite": "Strict", "secure": request.is_secure}


def _form(error: str | None = None) -> str:
    return render_template(
        "login.html",
        has_guest_token=services().access.guest_token is not None,
        error=error,
        next=local_path(request.values.get("next", "")),
    )
