"""What every request has to pass before a view sees it, and the headers that every answer carries.

In this order: the Host header names this service (against DNS rebinding), the address does not ask too often, no
foreign page is behind the request, and whoever asks knows the token. Everything is closed unless it is listed here as
open.
"""

from __future__ import annotations

from flask import Flask, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fer_web.core.hosts import is_loopback
from fer_web.errors import RequestError
from fer_web.web.http.asking import OPERATOR
from fer_web.web.http.errors import error_answer
from fer_web.web.http.local_path import own_path
from fer_web.web.http.services import services
from fer_web.web.security.access import COOKIE, Access, is_own_origin, origin_of

# Answered without the token: they tell nothing about anybody, and whoever restarts or logs in has none yet.
HEALTH = frozenset({"system.live", "system.healthz", "system.ready", "system.readyz"})
WITHOUT_TOKEN = HEALTH | {"static", "pages.favicon", "login.login", "login.log_in", "pages.privacy"}
# Answered to whoever knows the secret in the address, where a token is asked for otherwise.
BY_LINK = frozenset({"sharing.shared_page"})
# What proxies tell of whom they ask for: who comes through one does not sit at this machine.
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")
# Pages for people; who may not see one is shown the log-in.
PAGES = frozenset(
    {
        "pages.index",
        "pages.mask",
        "pages.try_picture",
        "pages.camera",
        "on_device.page",
        "practice.practice",
        "on_device.practice_on_device",
        "pages.videos",
        "recording_pages.recordings_page",
        "recording_pages.recording_page",
        "recording_pages.compare_page",
        "study_pages.studies_page",
        "study_pages.study_page",
        "study_compare.matrix",
        "study_compare.wall",
        "pages.lab",
        "pages.projector",
        "pages.about",
        "system.docs",
    }
)
# May be reached from a link on another website; all else, the pictures above all, only from our own pages.
LINKABLE = PAGES | BY_LINK | HEALTH | {"static", "pages.favicon", "pages.privacy", "login.login"}

# Not counted: what a page consists of, what watches over the service, and frames, of which a visit sends one at a time.
UNCOUNTED = HEALTH | {"static", "pages.favicon", "visits.visitor_frame"}
# How a browser says that it loads a page itself, and not something for a page.
NAVIGATIONS = frozenset({"document", "iframe", "frame"})

POLICY = (
    "default-src 'none'; img-src 'self' blob:; media-src 'self' blob:; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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
CORS_METHODS = "GET, POST, PUT, PATCH, DELETE"
CORS_HEADERS = "Authorization, Content-Type, Fer-Visit"
CORS_EXPOSED = "Retry-After, Fer-Ignored"
CORS_AGE_S = "600"


def guard(app: Flask) -> None:
    """Apply the rules to every request of `app`, known paths or not."""
    app.before_request(_check)
    app.after_request(_harden)


def _check() -> AnyResponse | None:
    access = services().access
    _check_host(access)
    too_early = _check_rate(access)
    if too_early is not None:
        return too_early
    _check_site(access)
    if request.method == "OPTIONS":
        return Response(status=204)
    if request.endpoint in WITHOUT_TOKEN:
        return None
    return _check_token(access)


def _check_host(access: Access) -> None:
    header = request.headers.get("Host")
    if header is not None and not access.knows_host(header):
        raise RequestError(
            "wrong_host", f"this service does not answer to the name {header!r}; add it to FER_HOSTS if it should"
        )


def _check_rate(access: Access) -> Response | None:
    """The refusal of an address that asks too often; this machine's own may as often as it likes."""
    address = request.remote_addr or ""
    if request.endpoint in UNCOUNTED or not address or is_loopback(address):
        return None
    wait_s = access.rate.wait_s(address)
    if not wait_s:
        return None
    message = f"too many requests from this address; try again in {wait_s} s (FER_REQUESTS_PER_MINUTE)"
    return error_answer("too_many_requests", message, headers={"Retry-After": str(wait_s)})


def _check_site(access: Access) -> None:
    """Refuse what a foreign page makes a browser send; programs that are no browsers send neither header."""
    if _is_invited(access):
        return
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_foreign = site not in ("same-origin", "none")
    else:
        is_foreign = origin is not None and not is_own_origin(origin, request.host)
    if is_foreign and not (request.endpoint in LINKABLE and request.method in ("GET", "HEAD")):
        raise RequestError(
            "cross_site", "requests from other websites' pages are refused; FER_ORIGINS lists the exceptions"
        )


def _is_invited(access: Access) -> bool:
    """Whether a page of a listed origin is behind the request.

    What a page shows without reading it, an image or a video, carries no Origin; its Referer tells the page then, which
    pages cannot forge.
    """
    origin = request.headers.get("Origin")
    if origin is not None:
        return access.allows_origin(origin)
    return request.method in ("GET", "HEAD") and access.allows_origin(origin_of(request.headers.get("Referer", "")))


def _check_token(access: Access) -> AnyResponse | None:
    if access.token is None:
        if not access.open_to_all and not _is_local():
            raise RequestError(
                "local_only", "without FER_TOKEN this service only answers requests from its own machine"
            )
        _let_in(is_operator=not access.open_to_all and _is_here())
        return None
    cookie = request.cookies.get(COOKIE, "")
    is_operator = access.is_cookie(cookie)
    if is_operator or access.is_cookie(cookie, guest=True):
        _let_in(is_operator=is_operator)
        return None
    given = request.authorization
    if given is not None and given.type == "bearer":
        return check_guess(access, given.token or "")
    if given is not None and given.type == "basic":  # players and cameras' viewers know nothing else; any user will do
        return check_guess(access, given.password or "")
    if access.open_to_all or request.endpoint in BY_LINK:
        return None
    if request.method == "GET" and request.endpoint in PAGES:
        return redirect(url_for("login.login", next=own_path()), 303)
    login = url_for("login.login")
    how = f"send the token as 'Authorization: Bearer …' or as the Basic password, or log in at {login}"
    return unauthorized("token_required", how)


def check_guess(access: Access, token: str) -> Response | None:
    """The refusal of a wrong token, or of an address that sends too many of them; None for the right one.

    The right one opens always: others may share the address of somebody who guesses. A guesser learns no more from that
    than before, and cannot guess a token of the least length however fast the answers come.
    """
    is_operator = access.is_token(token)
    if is_operator or access.is_guest_token(token):
        _let_in(is_operator=is_operator)
        return None
    address = request.remote_addr or ""
    wait_s = access.throttle.wait_s(address)
    access.throttle.failed(address)
    if wait_s:
        message = f"too many wrong tokens from this address; try again in {wait_s} s"
        return error_answer("too_many_attempts", message, headers={"Retry-After": str(wait_s)})
    return unauthorized("wrong_token", "incorrect token")


def _let_in(*, is_operator: bool) -> None:
    setattr(g, OPERATOR, is_operator)


def _is_here() -> bool:
    """Whether somebody at this machine asks by themselves, not a proxy for somebody elsewhere."""
    return is_loopback(request.remote_addr or "127.0.0.1") and not any(name in request.headers for name in FORWARDED)


def unauthorized(code: str, message: str) -> Response:
    """A refusal that says how to do better. A browser that asks for a part of a page is not told of Basic: it would put
    a window of its own before the page, which leads to the log-in by itself.
    """
    answer = error_answer(code, message, headers={"WWW-Authenticate": 'Bearer realm="fer_web"'})
    if _may_ask_for_a_password():
        answer.headers.add("WWW-Authenticate", 'Basic realm="fer_web", charset="UTF-8"')
    return answer


def _may_ask_for_a_password() -> bool:
    is_browser = "Mozilla/" in request.headers.get("User-Agent", "")
    target = request.headers.get("Sec-Fetch-Dest")
    is_navigation = target in NAVIGATIONS if target else "text/html" in request.headers.get("Accept", "")
    return not is_browser or is_navigation


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
        answer.vary.update(("Origin", "Referer"))
        if _is_invited(access):
            _invite(answer, request.headers.get("Origin"))
    return answer


def _invite(answer: Response, origin: str | None) -> None:
    """Let a page of a listed origin show the answer, and read it if it asks to; for reading it needs the token as a
    header, cookies stay out of this.
    """
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    if origin is None:
        return
    answer.headers["Access-Control-Allow-Origin"] = origin
    answer.headers["Access-Control-Expose-Headers"] = CORS_EXPOSED
    if request.method == "OPTIONS":
        answer.headers["Access-Control-Allow-Methods"] = CORS_METHODS
        answer.headers["Access-Control-Allow-Headers"] = CORS_HEADERS
        answer.headers["Access-Control-Max-Age"] = CORS_AGE_S
