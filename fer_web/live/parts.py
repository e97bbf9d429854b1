"""What an opening of a camera is made of, and what flows between its threads."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, Literal, TypeAlias, TypeVar

from fer_web.core import Frame, Pixels
from fer_web.sources import SourceState

R = TypeVar("R")  # what the analysis answers
V = TypeVar("V", bound=Hashable)  # a way of showing it

Count: TypeAlias = Literal["frames_captured", "frames_analyzed", "frames_dropped", "errors"]


@dataclass(frozen=True, slots=True, eq=False)
class LiveResult(Generic[R]):
    """A frame's result; results come at `fps`, and this one was ready `latency_ms` after its frame was captured.

    `captured_s` is when that was, by this machine's monotonic clock, which no reopened source sets back.
    """

    frame: Frame
    result: R
    fps: float
    latency_ms: float
    captured_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Scene(Generic[R]):
    """What there is to see now: the source's state, the newest outcome, and, if there is none, perhaps why."""

    source: SourceState
    outcome: LiveResult[R] | None = None
    trouble: str | None = None

    @property
    def is_live(self) -> bool:
        """Whether frames are arriving."""
        return self.source.status in ("live", "demo")

    @property
    def notice(self) -> str | None:
        """The sentence to show in place of a picture; None when the outcome can be shown."""
        status, label = self.source.status.capitalize(), self.source.label
        if self.source.status in ("closed", "ended"):
            return f"{status}: {self.source.reason}"
        if not self.is_live:
            return f"{status} to {label}" if label else status
        return None if self.outcome else self.trouble or "Waiting for the first frame"


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """A painted picture of a view; a notice tells that there is none of the camera now."""

    pixels: Pixels
    is_notice: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class EncodedImage:
    """An encoded picture; a notice tells that there is none of the camera now."""

    jpeg: bytes
    is_notice: bool = False


@dataclass(slots=True)
class Counts:
    """What has happened since the program started; several threads count, so a lock guards the numbers."""

    frames_captured: int = 0
    frames_analyzed: int = 0
    frames_dropped: int = 0
    errors: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def add(self, name: Count, number: int = 1) -> None:
        with self._lock:
            setattr(self, name, getattr(self, name) + number)
