"""Faces in images and in live frames, and the images that are sent."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, WithJsonSchema

from fer_web.core import Emotion, UncertainBecause
from fer_web.core.keypoints import NAMES as KEYPOINTS
from fer_web.core.landmarks import COUNT
from fer_web.core.mesh import COUNT as MESH_COUNT
from fer_web.core.movements import NAMES as MOVEMENTS
from fer_web.sources.reopening import Status
from fer_web.web.api.models.groups import group_of, object_of
from fer_web.web.http.bodies import Count, JsonObject, Share
from fer_web.web.http.errors import ErrorJson
from fer_web.web.http.route import BYTES, Schema

POINT: Schema = {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2}
Point = Annotated[list[float], WithJsonSchema(POINT)]
POINT_IN_SPACE: Schema = {**POINT, "minItems": 3, "maxItems": 3}
SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
MeshPoints = Annotated[
    list[Annotated[list[float], WithJsonSchema(POINT_IN_SPACE)]], Field(min_length=MESH_COUNT, max_length=MESH_COUNT)
]
Points = Annotated[list[Point], Field(min_length=COUNT, max_length=COUNT)]
Keypoints = Annotated[dict[str, Any], WithJsonSchema(object_of(dict.fromkeys(KEYPOINTS, POINT)))]
Emotions = Annotated[dict[str, Any], WithJsonSchema(group_of("emotions"))]
Eyes = Annotated[dict[str, Any], WithJsonSchema(group_of("eyes"))]
QualityGroup = Annotated[dict[str, Any], WithJsonSchema(group_of("quality"))]
GazeGroup = Annotated[dict[str, Any], WithJsonSchema(group_of("gaze"))]
Moves = Annotated[dict[str, Any], WithJsonSchema(group_of("moves"))]
Movements = Annotated[dict[str, Any], WithJsonSchema(object_of(dict.fromkeys(MOVEMENTS, SHARE)))]
PoseGroup = Annotated[dict[str, Any], WithJsonSchema(group_of("pose"))]
Milliseconds = Annotated[dict[str, Annotated[float, Field(ge=0)]], Field(json_schema_extra={"required": ["total"]})]
File = Annotated[str, WithJsonSchema(BYTES)]


class SizeJson(JsonObject):
    width: Count
    height: Count


class RegionJson(JsonObject):
    x: int
    y: int
    w: Count
    h: Count


class FaceJson(JsonObject):
    """One face."""

    face_id: Count
    """Its place in the list."""
    region: RegionJson
    face_confidence: Share
    dominant_emotion: Emotion | None
    """The most probable one."""
    emotions: Emotions | None
    """Probabilities; they sum to 1."""
    uncertain: bool
    """The answer is rather wrong than right, or the face cannot be read."""
    uncertain_because: UncertainBecause | None
    """Why: the face is small, turned away, dark, bright or blurred, or its expression undecided; null when certain."""
    eyes: Eyes | None
    quality: QualityGroup | None
    pose: PoseGroup | None
    gaze: GazeGroup | None
    """Where the person looks; null where the landmarks are no mesh, or the eyes are shut."""
    moves: Moves | None
    """How far the face moves, of the 52 movements; null where the landmarks are no mesh."""
    landmarks: Points | None = None
    """x and y of the 68 points, only with ?landmarks=true and of visitors' cameras."""
    keypoints: Keypoints | None = None
    """x and y of the 15 points by name, only with ?keypoints=true."""
    mesh: MeshPoints | None = None
    """x, y and depth of the mesh's 478 points in pixels, only with ?landmarks=mesh."""
    movements: Movements | None = None
    """The 52 movements by ARKit's names, only with ?movements=true."""
    heatmap: str | None = None
    """The chip that the network saw and what it looked at, only with ?explain=true."""


class ModelNameJson(JsonObject):
    name: str
    version: str


class ResultJson(JsonObject):
    """The faces in one picture."""

    results: list[FaceJson]
    image: SizeJson
    model: ModelNameJson
    timing_ms: Milliseconds
    """Milliseconds of each step: decode, detect, landmarks, classify, …"""


class ResultsJson(JsonObject):
    """One answer for each of several pictures."""

    images: list[ResultJson | ErrorJson]


class BlinkJson(JsonObject):
    count: Count
    last_time_s: float | None
    last_duration_s: float | None


class HeadJson(JsonObject):
    nod_count: Count | None
    shake_count: Count | None
    center_x: Share | None
    center_y: Share | None
    """Where the face's middle is in the picture: from its left and its top, 0 to 1."""


class LiveFaceJson(FaceJson):
    """One face of the live picture."""

    track_id: Count | None
    """The same person keeps the same number."""
    blink: BlinkJson | None
    head: HeadJson | None


class LiveFrameJson(JsonObject):
    """One analyzed frame of the live picture."""

    index: Count
    time_s: float
    fps: float
    latency_ms: float
    status: str
    image: SizeJson
    results: list[LiveFaceJson]
    timing_ms: Milliseconds


class LiveStateJson(JsonObject):
    """How the source is doing."""

    status: Status
    label: str
    reason: str


class JsonImage(JsonObject):
    """A picture as base64 or data URI, or a list of them."""

    image: str | Annotated[list[str], Field(min_length=1)]


class Form(JsonObject):
    """One or several files in the field image."""

    image: Annotated[list[File], Field(min_length=1)]
