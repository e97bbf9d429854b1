"""Recordings and masks of cameras that other processes have: asked for here, done there."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fer_web.analysis.present import Json
from fer_web.core import FrameResult
from fer_web.core.mask import Mask, mask_of
from fer_web.errors import BusyError, NoRecording, RequestError, StoreError
from fer_web.fleet.wire import HIDDEN, HIDE, Ask, SharedRecording
from fer_web.live import ActiveRecording, CameraSet, Masks, Recordings
from fer_web.store import RecordingState
from fer_web.web.api.models.recordings import ActiveRecordingJson, MarkerJson
from fer_web.web.api.recording_schemas import STOP_S, active_json, shared_recording
from fer_web.web.http.asking import Asker, own_store
from fer_web.web.http.services import Services, services

# How long a camera may take to be open elsewhere before it is recorded.
OPEN_S = 8.0


@dataclass(frozen=True, slots=True)
class CamerasHere:
    """What this process does with its own cameras when others ask, and what it tells of them."""

    cameras: CameraSet[FrameResult, Any]
    masks: Masks
    recordings: Recordings

    def told(self, camera: str) -> tuple[SharedRecording | None, Mask]:
        """Its recording, and its mask."""
        running = self.recordings.of_camera(camera)
        return None if running is None else shared_recording(running), self.masks.of(camera)

    def answered(self, camera: str, ask: Ask) -> Json:
        """Do what is asked; FerError when it is refused."""
        ways: dict[str, Callable[..., Json]] = {"start": self._start, HIDE: self._mask, HIDDEN: self._hidden}
        return _way(ask, ways)(camera, **ask.details)

    def answered_of_recording(self, ask: Ask) -> Json | None:
        """The same with a recording; None when it does not run here, or is of a camera that is not shown there."""
        details = dict(ask.details)
        recording, cameras, asked_by = details.pop("recording"), details.pop("cameras"), details.pop("asked_by")
        way = _way(ask, {"mark": _mark, "stop": _stop, "progress": _progress})
        running = self._running(recording, cameras)
        if running is None:
            return None
        if not Asker(asked_by).sees(running.plan.owner):
            raise NoRecording("no such recording is running")
        return way(running, **details)

    def _start(self, camera: str, *, name: str, consent: str, owner: str | None) -> Json:
        started = self.recordings.start_camera(name, consent, camera, owner=owner)
        return active_json(started, Asker(None)).model_dump(mode="json")

    def _mask(self, camera: str, *, polygons: Any) -> Json:
        self.masks.change(camera, mask_of(polygons))
        self.cameras.get(camera).repaint()
        return {}

    def _hidden(self, camera: str) -> Json:
        return {"polygons": self.masks.of(camera)}

    def _running(self, recording: str, cameras: Sequence[str]) -> ActiveRecording | None:
        """A recording of one of the cameras that are shown where it is asked for."""
        try:
            running = self.recordings.find(recording)
        except NoRecording:
            return None
        return running if running.plan.camera in cameras else None


def _way(ask: Ask, ways: Mapping[str, Callable[..., Json]]) -> Callable[..., Json]:
    if ask.what not in ways:
        raise RequestError(
            "bad_parameter", f"the process that has this camera does not support {ask.what!r}; update it"
        )
    return ways[ask.what]


def _mark(running: ActiveRecording, *, text: str) -> Json:
    marker = running.recorder.mark(text)
    return {"time_s": marker.time_s, "text": marker.text}


def _stop(running: ActiveRecording) -> Json:
    return stopped(running).model_dump(mode="json")


def _progress(running: ActiveRecording) -> Json:
    return active_json(running, Asker(None)).model_dump(mode="json")


def stopped(running: ActiveRecording) -> ActiveRecordingJson:
    """End a recording, and wait a bounded time until its last readings are written."""
    if running.recorder.is_over:
        raise NoRecording("this recording has ended already")
    running.recorder.stop()
    running.recorder.wait(STOP_S)
    return active_json(running, Asker(None))


def start_elsewhere(camera: str, name: str, consent: str, owner: str | None) -> ActiveRecordingJson:
    """Record a camera of another process, which is opened first: then one of those that could have it has it."""
    mine = services()
    limit_s = time.monotonic() + OPEN_S
    with mine.cameras.get(camera).results(is_viewer=False) as scenes:
        for scene in scenes:
            if scene is not None and scene.is_live:
                break
            if time.monotonic() > limit_s:
                raise BusyError("the process that has this camera does not answer")
        told = mine.shared[camera].ask("start", name=name, consent=consent, owner=owner)
    return ActiveRecordingJson.model_validate({**told, "camera": camera})


def marked_elsewhere(recording: str, asked_by: str | None, text: str) -> MarkerJson:
    """Mark a recording in the process where it runs; NoRecording when that is none."""
    return MarkerJson.model_validate(_asked("mark", recording, asked_by, text=text))


def stopped_elsewhere(recording: str, asked_by: str | None) -> ActiveRecordingJson:
    """End a recording in the process where it runs; NoRecording when that is none."""
    return ActiveRecordingJson.model_validate(_asked("stop", recording, asked_by))


def running_elsewhere(recording: str, asked_by: str | None) -> ActiveRecordingJson:
    """How a recording is doing in the process where it runs; NoRecording when that is none."""
    return ActiveRecordingJson.model_validate(_asked("progress", recording, asked_by))


def _asked(what: str, recording: str, asked_by: str | None, **details: Any) -> Json:
    """Of the process in which it runs; NoRecording when it runs in none, BusyError when that does not answer.

    `asked_by` is the owner who asks; None for the operator.
    """
    there, silent = services().recordings_elsewhere, BusyError("the process that makes this recording does not answer")
    try:
        told = None if there is None else there.ask(what, recording, asked_by=asked_by, **details)
    except BusyError as error:
        told, silent = None, error
    if told is not None:
        return told
    raise silent if _may_run(recording) else NoRecording("no such recording is running")


def _may_run(recording: str) -> bool:
    """Whether it goes on as far as can be known here: nobody shall take for ended what does not answer."""
    if not services().shared:
        return False
    try:
        return own_store().recordings.get(recording).state is RecordingState.RECORDING
    except NoRecording:
        return False
    except StoreError:
        return True


def mask_now(mine: Services, name: str | None) -> Mask:
    """What is hidden of a camera's picture, here or in the process that has it; BusyError when that does not answer."""
    camera = mine.cameras.get(name).name
    shared = mine.shared.get(camera)
    if shared is None:
        return mine.masks.of(camera)
    newest = shared.newest
    return mask_of(shared.ask(HIDDEN)["polygons"]) if newest is None else newest.mask


def mask_told(mine: Services, camera: str) -> Mask:
    """The same, but of another process' camera only what is known without asking, as while it is watched here."""
    shared = mine.shared.get(camera)
    if shared is None:
        return mine.masks.of(camera)
    newest = shared.newest
    return () if newest is None else newest.mask
