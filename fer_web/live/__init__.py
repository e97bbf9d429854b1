"""One camera, one analysis, any number of viewers; only recordings know what is looked for in the pictures."""

from fer_web.live.camera import Camera, LiveState, Viewing
from fer_web.live.jpeg import encode_jpeg
from fer_web.live.latest import Latest
from fer_web.live.parts import Counts, EncodedImage, LiveResult, Parts, Scene
from fer_web.live.recorder import Facts, Recorder, RecordingProgress, Sink
from fer_web.live.recordings import ActiveRecording, RecordingRequest, Recordings
from fer_web.live.visits import Visit, Visits

__all__ = [
    "ActiveRecording",
    "Camera",
    "Counts",
    "EncodedImage",
    "Facts",
    "Latest",
    "LiveResult",
    "LiveState",
    "Parts",
    "Recorder",
    "RecordingProgress",
    "RecordingRequest",
    "Recordings",
    "Scene",
    "Sink",
    "Viewing",
    "Visit",
    "Visits",
    "encode_jpeg",
]
