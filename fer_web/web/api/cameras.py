"""The cameras that this service has, and how they are doing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from fer_web.core import FrameResult
from fer_web.core.mask import Mask, mask_of
from fer_web.errors import BusyError, NoCamera, OperatorOnly
from fer_web.fleet.wire import HIDE
from fer_web.live import Camera
from fer_web.web.api.elsewhere import mask_now, mask_told
from fer_web.web.api.models.live import CameraJson, CamerasJson, MaskJson, NewMask
from fer_web.web.api.recording_schemas import recording_now
from fer_web.web.http.asking import Asker, asker
from fer_web.web.http.errors import STORE_REFUSALS
from fer_web.web.http.route import Reply, route
from fer_web.web.http.services import services

bp = Blueprint("cameras", __name__)


@route(bp, "/api/cameras", answers={200: Reply("All of them.", CamerasJson)})
def list_cameras() -> CamerasJson:
    """The cameras of this service, the one that is meant without a name first."""
    return CamerasJson(cameras=[camera_json(camera) for camera in services().cameras])


@route(bp, "/api/cameras/<name>/mask", answers={200: Reply("Its mask.", MaskJson)}, refuses=(NoCamera, BusyError))
def camera_mask(name: str) -> MaskJson:
    """What is hidden of a camera's picture; no polygon, while nothing is."""
    return _mask_json(mask_now(services(), name))


@route(
    bp,
    "/api/cameras/<name>/mask",
    "PUT",
    body=NewMask,
    answers={200: Reply("The mask that holds from now on.", MaskJson)},
    refuses=(*STORE_REFUSALS, NoCamera, OperatorOnly, BusyError),
)
def change_mask(name: str, body: NewMask) -> MaskJson:
    """Hide parts of a camera's picture, or nothing with an empty list.

    They are painted over as frames come in: neither the analysis nor anybody else gets what was there.
    """
    if asker() != Asker(None):
        raise OperatorOnly("only the operator may change what is hidden: send FER_TOKEN, or log in with it")
    mine = services()
    camera, mask = mine.cameras.get(name), mask_of(body.polygons)
    if camera.name in mine.shared:
        mine.shared[camera.name].ask(HIDE, polygons=mask)
    else:
        mine.masks.change(camera.name, mask)
        camera.repaint()
        if mine.sharing is not None:
            mine.sharing.tell_mask(camera.name, mask)
    return _mask_json(mask)


def _mask_json(mask: Mask) -> MaskJson:
    return MaskJson(polygons=[list(polygon) for polygon in mask])


def faces_now(camera: Camera[FrameResult, Any]) -> int:
    """How many faces are in its newest frame."""
    newest = camera.newest
    return 0 if newest is None else len(newest.faces)


def camera_json(camera: Camera[FrameResult, Any]) -> CameraJson:
    """Its name, how it is doing, and what it is, without anything secret in its address."""
    mine = services()
    state, choice = camera.state, mine.startup.choice(camera.name)
    recording = recording_now(mine, camera.name, asker())
    return CameraJson(
        name=camera.name,
        status=state.source.status,
        source="" if choice is None else choice.label,
        reason=state.source.reason,
        fps=round(state.fps, 1),
        viewers=state.viewers,
        faces=faces_now(camera),
        is_masked=bool(mask_told(mine, camera.name)),
        recording=None if recording is None else recording.id,
    )
