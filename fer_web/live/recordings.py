"""The recordings that run: one of each camera at most, and one of each visit at most."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from threading import Lock, Thread
from typing import Any, Literal, TypeAlias

from fer_web.core import FrameResult
from fer_web.core.questions import CALM
from fer_web.errors import AlreadyRecording, BusyError, NoRecording, NoVisit
from fer_web.live.camera_set import CameraSet
from fer_web.live.parts import Scene
from fer_web.live.recorder import Recorder, Sink
from fer_web.live.viewing import Viewing
from fer_web.live.visits import Visit

Kind: TypeAlias = Literal["camera", "visit", "practice"]
VisitKind: TypeAlias = Literal["visit", "practice"]


@dataclass(frozen=True, slots=True)
class RecordingRequest:
    """What is to be recorded, under which name; `consent` is how the people in the picture agreed.

    `camera` is the name of the camera that is meant, None for a visit; a practice is a visit that is asked questions.
    `owner` is whose browser has started it; None for the operator.
    """

    kind: Kind
    name: str
    consent: str
    started_at: datetime
    camera: str | None = None
    owner: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ActiveRecording:
    """A recording, its `id` in the store; `visit` is the secret of the visit that it belongs to."""

    id: str
    plan: RecordingRequest
    recorder: Recorder
    visit: str | None = None


class Recordings:
    """Starts, finds and ends recordings.

    `open_sink` makes the place of a new one and answers its id. One lock guards the recordings; another one lets nobody
    start two of one camera at once.
    """

    def __init__(
        self,
        cameras: CameraSet[FrameResult, Any],
        open_sink: Callable[[RecordingRequest], tuple[str, Sink]],
        *,
        max_s: float,
    ) -> None:
        self.max_s = max_s
        self._cameras = cameras
        self._open_sink = open_sink
        self._starting = Lock()
        self._lock = Lock()
        self._running: dict[str, ActiveRecording] = {}
        self._is_closed = False

    def of_camera(self, camera: str) -> ActiveRecording | None:
        """The recording of the camera of that name, if there is one."""
        return next((one for one in self._active() if one.plan.camera == camera), None)

    def of_cameras(self) -> dict[str, ActiveRecording]:
        """Those of all cameras, by their ids."""
        return {one.id: one for one in self._active() if one.plan.camera is not None}

    def of_visit(self, visit: str) -> ActiveRecording | None:
        """The recording that belongs to a visit, if there is one."""
        return next((one for one in self._active() if one.visit == visit), None)

    def find(self, recording: str, visit: str | None = None) -> ActiveRecording:
        """The recording of that id; that of a visit for its visitor alone. RequestError when there is none."""
        with self._lock:
            found = self._running.get(recording)
        if found is None or found.visit not in (None, visit):
            raise NoRecording("no such recording is running")
        return found

    def end_of_camera(self, camera: str, reason: str) -> None:
        """End the recording of a camera that is another process' now, if there is one; returns at once."""
        running = self.of_camera(camera)
        if running is not None:
            running.recorder.stop(reason)

    def is_running(self, recording: str) -> bool:
        """Whether a recording of that id goes on, or its end is still being written."""
        with self._lock:
            found = self._running.get(recording)
        return found is not None and not found.recorder.is_done

    def start_camera(
        self, name: str, consent: str, camera: str | None = None, *, owner: str | None = None
    ) -> ActiveRecording:
        """Record a camera, without a name the first, which opens its source; RequestError when it is already."""
        found = self._cameras.get(camera)
        with self._starting:
            if self.of_camera(found.name) is not None:
                raise AlreadyRecording(f"the camera {found.name!r} is being recorded already: stop that first")
            scenes = found.results(is_viewer=False)
            with _undone(scenes):
                running = self._begin(_plan("camera", name, consent, found.name, owner))
        Thread(target=_follow, args=(scenes, running.recorder), name="recording", daemon=True).start()
        return running

    def start_visit(
        self,
        visit: Visit[FrameResult],
        name: str,
        consent: str,
        kind: VisitKind = "visit",
        *,
        owner: str | None = None,
    ) -> ActiveRecording:
        """Record a visit until it ends; RequestError when that is being recorded already, or over.

        A practice begins with a marker.
        """
        with self._starting:
            if self.of_visit(visit.id) is not None:
                raise AlreadyRecording("this visit is already being recorded: stop that recording first")
            if visit.is_over:
                raise NoVisit()
            running = self._begin(_plan(kind, name, consent, owner=owner), visit.id)
        if kind == "practice":
            running.recorder.mark(CALM, at_s=0.0)
        visit.listen(running.recorder.take, running.recorder.stop)
        return running

    def stop_all(self, timeout_s: float, is_meant: Callable[[str | None], bool] = lambda _: True) -> None:
        """End recordings, those of owners who are meant, and wait a bounded time until their readings are written."""
        with self._lock:
            running = [one for one in self._running.values() if is_meant(one.plan.owner)]
        for one in running:
            one.recorder.stop()
        limit_s = time.monotonic() + timeout_s
        for one in running:
            one.recorder.wait(max(0.0, limit_s - time.monotonic()))

    def close(self, timeout_s: float = 2.5) -> None:
        """The same for good: none can be started afterwards."""
        with self._lock:
            self._is_closed = True
        self.stop_all(timeout_s)

    def _active(self) -> list[ActiveRecording]:
        with self._lock:
            return [one for one in self._running.values() if not one.recorder.is_over]

    def _begin(self, plan: RecordingRequest, visit: str | None = None) -> ActiveRecording:
        if self._is_closed:
            raise BusyError("the service is stopping")
        recording, sink = self._open_sink(plan)
        with self._lock:
            self._running = {name: one for name, one in self._running.items() if not one.recorder.is_done}
            running = ActiveRecording(recording, plan, Recorder(sink, max_s=self.max_s), visit)
            self._running[recording] = running
            return running


def _plan(kind: Kind, name: str, consent: str, camera: str | None = None, owner: str | None = None) -> RecordingRequest:
    return RecordingRequest(kind, name, consent, datetime.now(timezone.utc), camera, owner)


@contextlib.contextmanager
def _undone(scenes: Viewing[Any]) -> Iterator[None]:
    """Leave the camera again when something fails."""
    try:
        yield
    except BaseException:
        scenes.close()
        raise


def _follow(scenes: Viewing[Scene[FrameResult] | None], recorder: Recorder) -> None:
    """Take what the camera sees, until one of them ends; a lost camera leaves a gap."""
    last = None
    with scenes:
        for scene in scenes:
            if recorder.is_over:
                return
            if scene is None:
                continue
            if scene.outcome is not None and scene.outcome is not last:
                last = scene.outcome
                recorder.take(last)
            if scene.source.status == "ended":
                break
            if scene.source.status == "closed":
                recorder.stop(scene.source.reason or "the source has ended")
    recorder.stop()
