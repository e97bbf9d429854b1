"""All cameras of the service, by name."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Generic

from fer_web.errors import NoCamera
from fer_web.live.camera import Camera
from fer_web.live.parts import R, V
from fer_web.live.turns import Turns


class CameraSet(Generic[R, V]):
    """The cameras in the order of the setting; the first one is meant where none is named.

    Their analyses share the processors by `turns`, which is closed with them.
    """

    def __init__(self, cameras: Sequence[Camera[R, V]], turns: Turns) -> None:
        self._cameras = {camera.name: camera for camera in cameras}
        self._turns = turns

    def __iter__(self) -> Iterator[Camera[R, V]]:
        return iter(self._cameras.values())

    def __len__(self) -> int:
        return len(self._cameras)

    @property
    def first(self) -> Camera[R, V]:
        return next(iter(self))

    def get(self, name: str | None) -> Camera[R, V]:
        """The camera of that name, without one the first; NoCamera when there is none."""
        if name is None:
            return self.first
        if name not in self._cameras:
            raise NoCamera(f"there is no camera {name!r}: there is {', '.join(self._cameras)}")
        return self._cameras[name]

    @property
    def is_closed(self) -> bool:
        """Whether they were closed for good."""
        return self.first.is_closed

    def counts(self) -> dict[str, dict[str, int]]:
        """What each camera has counted, by its name."""
        return {camera.name: camera.counts() for camera in self}

    def close(self, timeout_s: float = 2.0) -> None:
        """End everybody's viewing at once and wait for the threads, a bounded time; nobody can watch afterwards."""
        for camera in self:
            camera.stop()
        limit_s = time.monotonic() + timeout_s
        for camera in self:
            camera.wait(max(0.0, limit_s - time.monotonic()))
        self._turns.close()
