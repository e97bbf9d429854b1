"""Who asks, and what of the store they see: the operator everything, everybody else what their browser has made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import Flask, Response, g, request

from fer_web.web.http.local_path import cookie_path
from fer_web.web.http.services import services
from fer_web.web.security.owner_cookies import COOKIE, COOKIE_AGE_S

if TYPE_CHECKING:
    from fer_web.jobs.videos import VideoJobs
    from fer_web.store import Store

# Where the guard notes that the operator asks, and a view that a browser becomes an owner.
OPERATOR, NEW_OWNER = "fer_is_operator", "fer_new_owner"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks: `owner` is None for the operator, and "" for a browser that has made nothing yet."""

    owner: str | None

    def sees(self, owner: str | None) -> bool:
        """Whether what belongs to `owner` can be seen."""
        return self.owner is None or (self.owner != "" and self.owner == owner)


def asker() -> Asker:
    """Of this request. Who was not let in as the operator is not."""
    if g.get(OPERATOR, False):
        return Asker(None)
    value = request.cookies.get(COOKIE, "")
    return Asker(services().owners.owner_of(value) if value else "")


def own_store() -> Store:
    """The store as whoever asks sees it: views use no other."""
    owner = asker().owner
    return services().store if owner is None else services().store.of(owner)


def own_videos() -> VideoJobs:
    """The same of videos."""
    return services().videos.of(own_store())


def new_owner() -> str | None:
    """To whom belongs what this request makes; a browser without a cookie gets one with the answer."""
    owner = asker().owner
    if owner != "":
        return owner
    owner = services().owners.new_owner()
    setattr(g, NEW_OWNER, services().owners.cookie_of(owner))
    return owner


def keep_owners(app: Flask) -> None:
    """Set the cookies of new owners, when what they made was kept, and those of others anew with each page."""
    app.after_request(_set_cookie)


def _set_cookie(answer: Response) -> Response:
    value = g.get(NEW_OWNER) if answer.status_code < 400 else None
    if value is None and answer.mimetype == "text/html" and request.method == "GET":
        sent = request.cookies.get(COOKIE, "")
        value = sent if sent and services().owners.owner_of(sent) else None
    if value is not None:
        answer.set_cookie(
            COOKIE, value, COOKIE_AGE_S, path=cookie_path(), httponly=True, samesite="Lax", secure=request.is_secure
        )
    return answer
