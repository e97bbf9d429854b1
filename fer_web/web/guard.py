"""What every request has to pass before a view sees it, and the headers that every answer carries.

In this order: the Host header names this service (against DNS rebinding), no foreign page is behind the request, and
whoever asks knows the token. Everything is closed unless it is listed here as open.
"""

from __future__ import annotations

from flask import Flask, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fer_web.errors import RequestError
from fer_web.web.access import COOKIE, Access, is_loopback, is_own_origin
from fer_web.web.errors import error_answer
from fer_web.web.services import services

# Answered without the token: they tell nothing about anybody, and whoever restarts or logs in has none yet.
WITHOUT_TOKEN = frozenset(
    {"static", "pages.favicon", "pages.login", "pages.log_in", "pages.privacy", "system.live", "system.ready"}
)
# Pages for people; who may not see one is shown the log-in.
PAGES = frozenset(
    {
        "pages.index",
        "pages.try_picture",
        "camera.page",
        "jobs.page",
        "sessions.page",
        "sessions.session_page",
        "sessions.compare_page",
        "lab.page",
        "pages.about",
        "system.docs",
    }
)
# May be reached from a link on another website; all else, the pictures above all, only from our own pages.
LINKABLE = PAGES | {"static", "pages.favicon", "pages.privacy", "pages.login", "system.live", "system.ready"}

POLICY = (
    "default-src 'none'; img-src 'self' blob:; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: with that, browsers send `Origin: null` with our own login form.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=()",
}
CORS_METHODS = "GET, POST, PATCH, DELETE"
CORS_HEADERS = "Authorization, Content-Type, Fer-Visit"
CORS_AGE_S = "600"


def guard(app: Flask) -> None:
    """Apply the rules to every request of `app`, known paths or not."""
    app.before_request(_check)
    app.after_request(_harden)


def _check() -> AnyResponse | None:
    access = services().access
    _check_host(access)
    _check_site(access)
    if request.method == "OPTIONS":
        return Response(status=204)
    if request.endpoint in WITHOUT_TOKEN:
        return None
    return _check_token(access)


def _check_host(access: Access) -> None:
    header = request.headers.get("Host")
    if header is not None and not access.knows_host(header):
        raise RequestError("wrong_host", f"this service is not known as {header!r}; FER_HOSTS lists further names")


def _check_site(access: Access) -> None:
    """Refuse what a foreign page makes a browser send; programs that are no browsers send neither header."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is not None and access.allows_origin(origin):
        return
    if site is not None:
        is_foreign = site not in ("same-origin", "none")
    else:
        is_foreign = origin is not None and not is_own_origin(origin, request.host)
    if is_foreign and not (request.endpoint in LINKABLE and request.method in ("GET", "HEAD")):
        raise RequestError(
            "cross_site", "requests from pages of other websites are refused; FER_ORIGINS lists exceptions"
        )


def _check_token(access: Access) -> AnyResponse | None:
    if access.token is None:
        if not access.open_to_all and not _is_local():
            raise RequestError("local_only", "without FER_TOKEN this service answers its own machine only")
        return None
    if access.is_cookie(request.cookies.get(COOKIE, "")):
        return None
    given = request.authorization
    if given is not None and given.type == "bearer":
        return check_guess(access, given.token or "")
    if request.method == "GET" and request.endpoint in PAGES:
        return redirect(url_for("pages.login", next=request.full_path.rstrip("?")), 303)
    return unauthorized("token_required", "send the token as 'Authorization: Bearer …', or log in at /login")


def check_guess(access: Access, token: str) -> Response | None:
    """The refusal of a wrong token, or of an address that sent too many of them; None for the right one."""
    address = request.remote_addr or ""
    wait_s = access.throttle.wait_s(address)
    if wait_s:
        message = f"too many wrong tokens from this address; try again in {wait_s} s"
        return error_answer("too_many_attempts", message, headers={"Retry-After": str(wait_s)})
    if access.is_token(token):
        return None
    access.throttle.failed(address)
    return unauthorized("wrong_token", "this is not the token")


def unauthorized(code: str, message: str) -> Response:
    """A refusal that says how to do better."""
    return error_answer(code, message, headers={"WWW-Authenticate": 'Bearer realm="fer_web"'})


def _is_local() -> bool:
    """Whether the connection comes from this machine, whatever a proxy on it says about its clients."""
    before_proxies = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    address = before_proxies.get("REMOTE_ADDR") or ""
    return not address or is_loopback(address)  # no address: a Unix socket


def _harden(answer: Response) -> Response:
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    if request.endpoint != "static":
        answer.headers.setdefault("Cache-Control", "no-store")
    access = services().access
    if access.origins:
        answer.vary.add("Origin")
        origin = request.headers.get("Origin")
        if origin is not None and access.allows_origin(origin):
            _invite(answer, origin)
    return answer


def _invite(answer: Response, origin: str) -> None:
    """Let a page of a listed origin read the answer; it needs the token as a header, cookies stay out of this."""
    answer.headers["Access-Control-Allow-Origin"] = origin
    answer.headers["Access-Control-Expose-Headers"] = "Retry-After"
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = CORS_METHODS
        answer.headers["Access-Control-Allow-Headers"] = CORS_HEADERS
        answer.headers["Access-Control-Max-Age"] = CORS_AGE_S
