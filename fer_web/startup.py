"""What goes on behind the first requests: the source is chosen and the models are loaded, in a thread of their own."""

from __future__ import annotations

import ctypes
import gc
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, wait
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeVar

from fer_web.core.text import log_formatter
from fer_web.errors import FerError, NotReadyError

if TYPE_CHECKING:
    from fer_web.sources import ChosenSource
    from fer_web.vision import Analyzer

log = logging.getLogger(__name__)
T = TypeVar("T")

# How often whoever waits for the choice looks whether the service is stopping meanwhile.
LOOK_S = 0.2
# Blocks from this size on go back to the system as soon as they are free; a full HD frame is smaller and stays.
LARGE_BLOCK_BYTES = 8 * 2**20
# Threads share this many heaps: with one each, what they gave back stays with them.
HEAPS = 2
M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # their numbers in glibc's malloc.h


class BackgroundStartup:
    """What arrives later: the models, and each camera's source by the camera's name; any thread may ask."""

    def __init__(self, load: Callable[[], Analyzer], choose: Mapping[str, Callable[[], ChosenSource]]) -> None:
        self._load = load
        self._choose = choose
        self._vision: Future[Analyzer] = Future()
        self._choices: dict[str, Future[ChosenSource]] = {camera: Future() for camera in choose}

    def start(self) -> None:
        """Begin; returns at once."""
        Thread(target=self._work, name="startup", daemon=True).start()

    def vision(self, wait_s: float = 0.0) -> Analyzer:
        """The loaded models, waiting `wait_s` at most; NotReadyError while there are none, or when loading failed."""
        try:
            return self._vision.result(wait_s)
        except FutureTimeoutError as error:
            raise NotReadyError("the models are still being loaded; try again in a few seconds") from error
        except Exception as error:
            reason = str(error) if isinstance(error, FerError) else "see the log"
            raise NotReadyError(f"the models could not be loaded: {reason}") from error

    def choice(self, camera: str) -> ChosenSource | None:
        """The source that was chosen for a camera; None until it is known."""
        choice = self._choices[camera]
        return choice.result() if choice.done() else None

    def wait_for_choice(self, camera: str, stop: Event) -> ChosenSource | None:
        """The source of a camera as soon as it is known; None when `stop` is set before."""
        choice = self._choices[camera]
        while not stop.is_set():
            if wait([choice], LOOK_S).done:
                return choice.result()
        return None

    def _work(self) -> None:
        for camera, choose in self._choose.items():
            self._make_choice(camera, choose)
        started = time.monotonic()
        _fulfill(self._vision, self._load)
        if self._vision.exception() is None:
            vision = self._vision.result()
            took_s, card = time.monotonic() - started, vision.card
            log.info("Engine: %s. Model: %s %s. Loaded in %.1f s", vision.engine, card.name, card.version, took_s)

    def _make_choice(self, camera: str, choose: Callable[[], ChosenSource]) -> None:
        _fulfill(self._choices[camera], choose)
        choice = self.choice(camera)
        if choice is not None:
            what = f"Camera {camera}" if len(self._choices) > 1 else "Source"
            log.info("%s: %s (%s)", what, choice.label, choice.reason)


def start_logging(level: str, form: str = "text") -> None:
    """Messages of the program and its server on stderr, with their time, and warnings of Python and its packages."""
    handler = logging.StreamHandler()
    handler.setFormatter(log_formatter(form))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(form == "json")


def give_memory_back() -> None:
    """Keep glibc from holding on to the memory of large pictures: by default it learns to, after the first of them.

    Other systems and libraries have no such habit, and nothing is done there.
    """
    if sys.platform == "linux":
        mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
        if mallopt is not None:
            mallopt(M_MMAP_THRESHOLD, LARGE_BLOCK_BYTES)
            mallopt(M_ARENA_MAX, HEAPS)


@contextmanager
def uncollected() -> Iterator[None]:
    """While the program is imported, which leaves no garbage: looking for it takes a tenth of the time.

    What is there at the end is not looked at later either.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _fulfill(future: Future[T], work: Callable[[], T]) -> None:
    try:
        future.set_result(work())
    except Exception as error:  # handed on to whoever asks for the result
        if isinstance(error, FerError):
            log.error("%s", error)
        else:
            log.exception("Starting failed")
        future.set_exception(error)
