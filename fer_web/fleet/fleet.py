"""What a process has to do with others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from fer_web.core import FrameResult
from fer_web.fleet.asking import RecordingsElsewhere
from fer_web.fleet.leases import CameraLeases
from fer_web.fleet.shared_camera import SharedCamera
from fer_web.fleet.sharing import AskedHere, CameraSharing
from fer_web.fleet.wanted import WantedViews
from fer_web.live import Camera
from fer_web.vision import View


class Fleet:
    """The cameras of other processes that this one shows, by their names here, with their recordings, and whether it
    shares its own.

    Without the address of a Redis it does neither.
    """

    def __init__(self, url: str | None, names_there: Mapping[str, str], *, shares: bool) -> None:
        self._url = url or ""
        self.shared = {here: SharedCamera(self._url, there) for here, there in names_there.items()}
        self.recordings = RecordingsElsewhere(self._url, names_there)
        self.leases = CameraLeases(self._url) if shares else None
        self._wanted = WantedViews()

    def elsewhere(self, camera: str) -> Callable[[], frozenset[View]]:
        """What tells the views of a camera that other processes show."""
        return partial(self._wanted.of, camera)

    def tell_taken(self, on_taken: Callable[[str], None]) -> None:
        """What is called with the name of a camera of this process that another one has opened."""
        if self.leases is not None:
            self.leases.tell_taken(on_taken)

    def sharing(self, cameras: Iterable[Camera[FrameResult, Any]], here: AskedHere) -> CameraSharing | None:
        """What hands on this process's own among the cameras; None where it does not."""
        if self.leases is None:
            return None
        own = [camera for camera in cameras if camera.name not in self.shared]
        return CameraSharing(self._url, own, self._wanted, self.leases, here)
