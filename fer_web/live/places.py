"""How many may watch at once, whichever camera they watch."""

from __future__ import annotations

from threading import Lock

from fer_web.errors import BusyError


class Places:
    """At most `most` viewers of all cameras together. Any thread may call anything; one lock guards the number."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken = 0
        self._lock = Lock()

    @property
    def taken(self) -> int:
        return self._taken

    def take(self) -> None:
        """BusyError when there is none left."""
        with self._lock:
            if self._taken >= self.most:
                raise BusyError(f"all {self.most} places for viewers are taken")
            self._taken += 1

    def give_back(self) -> None:
        with self._lock:
            self._taken -= 1
