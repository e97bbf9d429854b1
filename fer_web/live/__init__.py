"""One camera, one analysis, any number of viewers; only recordings know what is looked for in the pictures."""

from fer_web.live.hub import Hub, LiveState, Viewing
from fer_web.live.jpeg import encode_jpeg
from fer_web.live.latest import Latest
from fer_web.live.parts import Counts, Outcome, Parts, Picture, Scene
from fer_web.live.recorder import Facts, Progress, Recorder, Sink
from fer_web.live.recordings import Plan, Recordings, Running
from fer_web.live.visitors import Visit, Visitors

__all__ = [
    "Counts",
    "Facts",
    "Hub",
    "Latest",
    "LiveState",
    "Outcome",
    "Parts",
    "Picture",
    "Plan",
    "Progress",
    "Recorder",
    "Recordings",
    "Running",
    "Scene",
    "Sink",
    "Viewing",
    "Visit",
    "Visitors",
    "encode_jpeg",
]
