"""Each camera one analysis, any number of viewers; only recordings know what is looked for in the pictures."""

from fer_web.live.backend import CameraBackend
from fer_web.live.camera import Camera, LiveState
from fer_web.live.camera_set import CameraSet
from fer_web.live.jpeg import encode_jpeg
from fer_web.live.latest import Latest
from fer_web.live.masks import Masks
from fer_web.live.parts import Counts, EncodedImage, LiveResult, Scene
from fer_web.live.people_scenes import ScenePeople, followed, utc_of
from fer_web.live.places import Places
from fer_web.live.recorder import Facts, Recorder, RecordingProgress, Sink
from fer_web.live.recordings import ActiveRecording, RecordingRequest, Recordings
from fer_web.live.turns import Turns
from fer_web.live.viewing import Viewing
from fer_web.live.visits import Visit, Visits

__all__ = [
    "ActiveRecording",
    "Camera",
    "CameraBackend",
    "CameraSet",
    "Counts",
    "EncodedImage",
    "Facts",
    "Latest",
    "LiveResult",
    "LiveState",
    "Masks",
    "Places",
    "Recorder",
    "RecordingProgress",
    "RecordingRequest",
    "Recordings",
    "Scene",
    "ScenePeople",
    "Sink",
    "Turns",
    "Viewing",
    "Visit",
    "Visits",
    "encode_jpeg",
    "followed",
    "utc_of",
]
