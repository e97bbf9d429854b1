"""All outlets that are on: they listen to the cameras, and hand on what they see."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

from fer_web.core import FrameResult
from fer_web.errors import BusyError, NotReadyError
from fer_web.live import Camera, LiveResult, Scene, ScenePeople, followed, utc_of
from fer_web.outlets.feed import Feed
from fer_web.outlets.outlet import Delivery, FrameReadings, PersonReading

log = logging.getLogger(__name__)

# How soon a camera is listened to again whose source could not be read at all.
AGAIN_S = 10.0
# How often whoever waits for the models looks for them.
LOOK_S = 0.5


@dataclass(frozen=True, slots=True)
class OutletPlace:
    """What goes where while the service runs, for the pages."""

    name: str
    meaning: str
    sends: str
    place: str


class Outlets:
    """Keeps every camera open as long as there is a feed, from a thread each, and tells all feeds what happens.

    Without a camera of its own, a process that shows others' only tells people what goes where; the others send it.
    `require_models` raises NotReadyError while there is nothing to analyze frames with.
    """

    def __init__(
        self, cameras: Iterable[Camera[FrameResult, Any]], feeds: Sequence[Feed], require_models: Callable[[], object]
    ) -> None:
        self._feeds = tuple(feeds)
        self._stop = Event()
        self._listeners = [
            Thread(target=self._listen, args=(camera, require_models), name=f"outlets-{camera.name}", daemon=True)
            for camera in (cameras if self._feeds else ())
        ]

    @property
    def places(self) -> tuple[OutletPlace, ...]:
        """What goes where; nothing while all outlets are off."""
        return tuple(
            OutletPlace(feed.kind.name, feed.kind.meaning, feed.kind.sends, feed.place) for feed in self._feeds
        )

    def counts(self) -> dict[str, dict[str, int]]:
        """What each kind of outlet has sent, dropped and given up, by its name."""
        told: dict[str, dict[str, int]] = {}
        for feed in self._feeds:
            before = told.get(feed.kind.name, {})
            told[feed.kind.name] = {what: number + before.get(what, 0) for what, number in feed.counts().items()}
        return told

    def start(self) -> None:
        """Begin to listen; returns at once."""
        for feed in self._feeds if self._listeners else ():
            log.info("Outlet %s is on: %s go to %s", feed.kind.name, feed.kind.sends, feed.place)
            feed.start()
        for listener in self._listeners:
            listener.start()

    def close(self, timeout_s: float = 2.5) -> None:
        """Let go of the cameras and the places, a bounded time."""
        self._stop.set()
        for feed in self._feeds:
            feed.stop()
        limit_s = time.monotonic() + timeout_s
        for feed in self._feeds:
            if not feed.wait(max(0.0, limit_s - time.monotonic())):
                log.warning("The outlet %s does not end: leaving its thread behind", feed.kind.name)

    def _listen(self, camera: Camera[FrameResult, Any], require_models: Callable[[], object]) -> None:
        again_s: float | None = 0.0
        while again_s is not None and not self._stop.wait(again_s):
            again_s = self._listen_once(camera, require_models)

    def _listen_once(self, camera: Camera[FrameResult, Any], require_models: Callable[[], object]) -> float | None:
        """In how many seconds to come back; None for never."""
        try:
            require_models()
            return AGAIN_S if _Listening(camera, self._put, self._stop).go_on() else None
        except NotReadyError:
            return LOOK_S
        except BusyError:  # the service is stopping
            return None
        except Exception:
            log.exception("Listening to the camera %s failed", camera.name)
            return AGAIN_S

    def _put(self, delivery: Delivery) -> None:
        for feed in self._feeds:
            feed.put(delivery)


class _Listening:
    """From a camera's first scene to its last; belongs to one thread."""

    def __init__(self, camera: Camera[FrameResult, Any], put: Callable[[Delivery], None], stop: Event) -> None:
        self._camera, self._put, self._stop = camera, put, stop
        self._people = ScenePeople(camera.name)
        self._last: LiveResult[FrameResult] | None = None

    def go_on(self) -> bool:
        """Listen as long as there is something; whether to come back later."""
        with self._camera.results(is_viewer=False) as scenes:
            for scene in scenes:
                if self._stop.is_set():
                    return False
                for event in self._people.of(scene):
                    self._put(event)
                if scene is not None and scene.outcome is not None and scene.outcome is not self._last:
                    self._put_frame(scene.outcome)
                if scene is not None and scene.source.status in ("closed", "ended"):
                    return self._leave(scene)
        return False

    def _put_frame(self, outcome: LiveResult[FrameResult]) -> None:
        self._last, time_s = outcome, outcome.captured_s
        people = tuple(PersonReading.of(face, time_s) for face in followed(outcome.result))
        self._put(FrameReadings(self._camera.name, time_s, utc_of(time_s), outcome.fps, people))

    def _leave(self, scene: Scene[FrameResult]) -> bool:
        """A file that has been played to its end is not played again; whether there is a reason to come back."""
        for event in self._people.end():
            self._put(event)
        return scene.source.status == "closed"
