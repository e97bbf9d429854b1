"""What a camera is given: everything about it that is not live."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from threading import Event
from typing import Protocol, TypeVar

from fer_web.core import Frame, Pixels
from fer_web.live.parts import R
from fer_web.sources import SourceState

V_contra = TypeVar("V_contra", bound=Hashable, contravariant=True)  # parts' V, of which it only takes some


class CameraBackend(Protocol[R, V_contra]):
    """One object of one camera; a test brings its own."""

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        """Read the source, reopening it when it is lost, until `stop` is set."""

    def analyze(self, views: Callable[[], frozenset[V_contra]]) -> Callable[[Frame], R]:
        """The analysis of one opening, made in the thread that will use it; `views` tells what is watched now."""

    def paint(self, result: R, view: V_contra, fps: float) -> Pixels | None:
        """Draw one view of a result; None where the result lacks what the view needs, as the next one will not."""

    def notice(self, result: R | None, view: V_contra, text: str) -> Pixels:
        """Write a sentence over the last picture of a view, or over nothing."""

    def observe(self, result: R) -> None:
        """Hear of every result."""
