"""Cameras of one process shown by others, through Redis: newest pictures, what was read in them, who may open what."""

from fer_web.fleet.asking import RecordingsElsewhere
from fer_web.fleet.fleet import Fleet
from fer_web.fleet.leases import CameraLeases
from fer_web.fleet.shared_camera import SharedCamera
from fer_web.fleet.wire import SharedRecording

__all__ = ["CameraLeases", "Fleet", "RecordingsElsewhere", "SharedCamera", "SharedRecording"]
