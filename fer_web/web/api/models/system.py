"""The service's own state, and its forms."""

from __future__ import annotations

from typing import Literal

from fer_web.web.http.bodies import JsonObject


class StatusJson(JsonObject):
    status: Literal["alive", "ready"]


class Acknowledgment(JsonObject):
    """The path to go to."""

    next: str = ""


class Login(JsonObject):
    """The token, and the path to go to."""

    token: str
    next: str = ""
