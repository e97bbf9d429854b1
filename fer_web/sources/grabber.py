"""One thread that reads one source, so that a read that never returns costs nobody more than a time-out."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TypeAlias

from fer_web.core import Pixels
from fer_web.errors import SourceError, SourceLost

# How soon a wait notices an event from outside (`stop`), which cannot be joined with our condition.
_LOOK_UP_S = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class GrabbedImage:
    """What a driver yields: `time_s` since it was opened, `pixels` (H, W, 3) RGB."""

    time_s: float
    pixels: Pixels


# A driver is a generator function: it opens what it reads, yields, releases in its `finally`, and returns soon after
# the event is set. It raises SourceError before its first picture and SourceLost after it.
Driver: TypeAlias = Callable[[threading.Event], "Iterator[GrabbedImage]"]


class Grabber:
    """Runs a driver in a thread of its own, which alone touches the capture: opens it, reads it, releases it.

    With `keep_every` the driver waits until its picture was taken, otherwise a newer picture replaces an older one.
    All of its state is guarded by one condition; any thread may call any method.
    """

    def __init__(self, driver: Driver, label: str, *, keep_every: bool) -> None:
        self._driver = driver
        self._label = label
        self._keep_every = keep_every
        self._closed = threading.Event()
        self._changed = threading.Condition()
        self._next: tuple[int, GrabbedImage] | None = None
        self._failure: SourceError | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._run, name=f"grab {label}", daemon=True)
        self._thread.start()

    def wait_for_first(self, timeout_s: float, stop: threading.Event | None = None) -> None:
        """Return when a picture is there; SourceError when none came in time or the driver failed."""
        with self._changed:
            if not self._wait(timeout_s, stop):
                raise SourceError(f"{self._label} delivered no frame within {timeout_s:g} s")
            if self._next is None:
                raise self._failure or SourceError(f"{self._label} was closed before it delivered a frame")

    def take(self, timeout_s: float, stop: threading.Event | None = None) -> tuple[int, GrabbedImage] | None:
        """The next picture and its number; None after the end, `close` or `stop`; SourceLost when none comes in time.

        A driver's failure is raised after its last picture was taken.
        """
        with self._changed:
            arrived = self._wait(timeout_s, stop)
            if self._closed.is_set() or (stop is not None and stop.is_set()):
                return None
            if not arrived:
                raise SourceLost(f"{self._label} has delivered no frame for {timeout_s:g} s")
            if self._next is None and self._failure:
                raise self._failure
            taken, self._next = self._next, None
            self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Ask the thread to release the capture, without waiting for a read that may never return."""
        self._closed.set()
        with self._changed:
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Whether the capture was released within `timeout_s`."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _wait(self, timeout_s: float, stop: threading.Event | None) -> bool:
        deadline = time.monotonic() + timeout_s
        while self._next is None and not self._ended and not self._closed.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            if stop is not None and stop.is_set():
                break
            self._changed.wait(left if stop is None else min(left, _LOOK_UP_S))
        return True

    def _run(self) -> None:
        failure: SourceError | None = None
        try:
            with closing(self._driver(self._closed)) as pictures:  # type: ignore[type-var]
                for index, picture in enumerate(pictures):
                    if not self._put(index, picture):
                        break
        except SourceError as error:
            failure = error
        except Exception as error:  # the thread's end: hand it to whoever reads
            failure = SourceLost(f"{self._label} failed with {type(error).__name__}")
        with self._changed:
            self._failure, self._ended = failure, True
            self._changed.notify_all()

    def _put(self, index: int, picture: GrabbedImage) -> bool:
        with self._changed:
            while self._keep_every and self._next is not None and not self._closed.is_set():
                self._changed.wait()
            self._next = (index, picture)
            self._changed.notify_all()
            return not self._closed.is_set()
