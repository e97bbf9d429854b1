"""The cameras that this service has, and how they are doing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from fer_web.core import FrameResult
from fer_web.live import Camera
from fer_web.web.api.models.live import CameraJson, CamerasJson
from fer_web.web.http.route import Reply, route
from fer_web.web.http.services import services

bp = Blueprint("cameras", __name__)


@route(bp, "/api/cameras", answers={200: Reply("All of them.", CamerasJson)})
def list_cameras() -> CamerasJson:
    """The cameras of this service, the one that is meant without a name first."""
    return CamerasJson(cameras=[camera_json(camera) for camera in services().cameras])


def camera_json(camera: Camera[FrameResult, Any]) -> CameraJson:
    """Its name, how it is doing, and what it is, without anything secret in its address."""
    mine = services()
    state, choice = camera.state, mine.startup.choice(camera.name)
    recording = mine.recordings.of_camera(camera.name)
    return CameraJson(
        name=camera.name,
        status=state.source.status,
        source="" if choice is None else choice.label,
        reason=state.source.reason,
        fps=round(state.fps, 1),
        viewers=state.viewers,
        recording=None if recording is None else recording.id,
    )
