"""Webcams, and any other device that Video4Linux, AVFoundation or DirectShow knows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

from fer_web.core import Size
from fer_web.errors import SourceError, SourceLost
from fer_web.sources.address import Address, scheme_of
from fer_web.sources.drivers.driver import OpenOptions, SourceDriver
from fer_web.sources.grabber import GrabbedImage

WEBCAM_SIZE: Size = (640, 480)
WEBCAM_FPS = 30

# How long a new capture waits for the old one of the same camera to let go.
_HANDOVER_S = 2.0
# One lock a device, held from before it is opened until after it is released; guarded by the other.
_devices: dict[str, threading.Lock] = {}
_devices_lock = threading.Lock()


def device_of(target: str) -> str:
    """The same name for the same device, whichever way it was asked for: `0`, `/dev/video0`, a link in /dev/v4l."""
    path = Path(target).resolve() if target.startswith("/dev/") else Path(f"/dev/video{int(target)}")
    return str(path)


def webcam(target: str, label: str, size: Size, stop: threading.Event) -> Iterator[GrabbedImage]:
    """Pictures of a camera, asked for `size` at 30 frames a second; it may choose another size.

    Never opens a device that this process has open already: waits for its release, SourceError when that lasts.
    """
    with _devices_lock:
        device = _devices.setdefault(device_of(target), threading.Lock())
    if not device.acquire(timeout=_HANDOVER_S):
        raise SourceError(f"{label} is still in use by this program's previous capture; it becomes free when that ends")
    try:
        if not stop.is_set():
            yield from _pictures(target, label, size, stop)
    finally:
        device.release()


def _pictures(target: str, label: str, size: Size, stop: threading.Event) -> Iterator[GrabbedImage]:
    from fer_web.sources.opencv import CAMERA_BACKEND, capture, cv2, read_rgb

    camera = capture(int(target) if target.isdecimal() else target, CAMERA_BACKEND)
    try:
        if not camera.isOpened():
            raise SourceError(f"{label} cannot be opened: {_why_not(target)}")
        for name, value in (
            (cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")),  # raw pictures do not fit USB 2 at 30 a second
            (cv2.CAP_PROP_FRAME_WIDTH, size[0]),
            (cv2.CAP_PROP_FRAME_HEIGHT, size[1]),
            (cv2.CAP_PROP_FPS, WEBCAM_FPS),
            (cv2.CAP_PROP_BUFFERSIZE, 1),  # the newest picture, not one of a few frames ago
        ):
            camera.set(name, value)
        opened_s = time.monotonic()
        while not stop.is_set():
            pixels = read_rgb(camera)
            if pixels is None:
                raise SourceLost(f"{label} stopped delivering frames; was it unplugged?")
            yield GrabbedImage(time.monotonic() - opened_s, pixels)
    finally:
        camera.release()


def _why_not(target: str) -> str:
    path = Path(device_of(target))
    if not path.parent.is_dir() or not list(path.parent.glob("video*")):
        return "no camera is connected"
    if not path.exists():
        return f"{path} does not exist"
    return "it is not a camera, another program uses it, or you may not read it (on Linux, join the group video)"


def _read(uri: str) -> Address | None:
    if scheme_of(uri) == "webcam":
        return _numbered(uri.partition(":")[2] or "0")
    if uri.startswith("/dev/"):
        return Address("webcam", uri, uri)
    if Path(uri).exists():
        return None
    if uri.lower() == "webcam":
        return _numbered("0")
    return _numbered(uri) if uri.isascii() and uri.isdecimal() else None


def _numbered(number: str) -> Address:
    if not (number.isascii() and number.isdecimal()):
        raise SourceError(f"a webcam's address is its number, for example webcam:0, not {number!r}")
    return Address("webcam", number, f"webcam {int(number)}")


def _drive(address: Address, options: OpenOptions, stop: threading.Event) -> Iterator[GrabbedImage]:
    return webcam(address.target, address.label, options.size, stop)


WEBCAM = SourceDriver(
    "webcam",
    ("webcam:0", "/dev/video0"),
    "a webcam, by number or device",
    _read,
    _drive,
)
