"""Which views of a process's cameras are watched in other processes."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock

from fer_web.fleet.wire import Wish
from fer_web.vision import OVERLAYS, View

# A wish is repeated every second; one that is not heard again holds for so long.
HOLDS_S = 4.0


class WantedViews:
    """Wishes by camera and process, as they were last heard. Any thread may ask; one lock guards them."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._until: dict[str, dict[str, tuple[float, View]]] = {}

    def note(self, camera: str, wish: Wish) -> None:
        """A process shows the camera; layers that this version does not know are left out."""
        view = View(frozenset(OVERLAYS[name] for name in wish.overlays if name in OVERLAYS))
        with self._lock:
            self._until.setdefault(camera, {})[wish.process] = self._clock() + HOLDS_S, view

    def of(self, camera: str) -> frozenset[View]:
        """The views of a camera that are watched elsewhere, one for each process; empty when it is shown by none."""
        now_s = self._clock()
        with self._lock:
            heard = self._until.get(camera, {})
            for process in [name for name, (until_s, _) in heard.items() if until_s < now_s]:
                del heard[process]
            return frozenset(view for _, view in heard.values())
