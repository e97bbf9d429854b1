"""What the views work with: made once by the factory, kept by the application, the same for every request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from fer_web.web.access import Access
from fer_web.web.metrics import Metrics

if TYPE_CHECKING:
    from fer_web.live import Hub
    from fer_web.sources import Choice
    from fer_web.vision import Vision

EXTENSION = "fer_web"


class Startup(Protocol):
    """The work that goes on behind the first requests: choosing the source and loading the models."""

    def vision(self) -> Vision:
        """The loaded models; NotReadyError, without waiting, while there are none."""

    def choice(self) -> Choice | None:
        """The source that was chosen and why; None until that is known."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an upload may hold: `max_bytes` for a whole request, `max_pixels` for one picture, `max_images`."""

    max_bytes: int
    max_pixels: int
    max_images: int


class Slots(Protocol):
    """A bounded number of places for work that needs much memory."""

    def __enter__(self) -> object:
        """Wait a bounded time for a place; BusyError when there is none."""

    def __exit__(self, *failure: object) -> None: ...


@dataclass(frozen=True, slots=True, eq=False)
class Services:
    """`slots` are the places for decoding and analyzing uploads; whoever does either holds one meanwhile."""

    hub: Hub
    startup: Startup
    limits: Limits
    access: Access
    metrics: Metrics
    slots: Slots


def services() -> Services:
    """Those of the application that answers the current request."""
    return cast(Services, current_app.extensions[EXTENSION])
