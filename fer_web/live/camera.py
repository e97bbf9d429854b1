"""Who watches, and whether the source is open because of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from threading import RLock, Timer
from typing import Generic, TypeVar

from fer_web.core import MAIN_CAMERA, Pixels
from fer_web.errors import BusyError
from fer_web.live.backend import CameraBackend
from fer_web.live.jpeg import encode_jpeg
from fer_web.live.latest import Latest
from fer_web.live.opening import Opening, Stills
from fer_web.live.pace import Limiter
from fer_web.live.parts import Counts, EncodedImage, R, Scene, V
from fer_web.live.places import Places
from fer_web.live.video import LiveVideo
from fer_web.live.viewing import Viewing
from fer_web.sources import SourceState
from fer_web.sources.h264 import find_encoder

log = logging.getLogger(__name__)

T = TypeVar("T")

# A page that is reloaded finds the camera still open and the people still known.
LINGER_S = 2.0
# How soon a viewer who hung up is noticed while the camera is silent.
RESEND_S = 1.0
NOBODY = SourceState("closed", "", "nobody is watching")


@dataclass(frozen=True, slots=True)
class LiveState:
    """The source's state with how fast results come (0 unless they do), how old they are, and how many people watch."""

    source: SourceState
    fps: float
    latency_ms: float | None
    viewers: int


class Camera(Generic[R, V]):
    """Opens the source with the first viewer and closes it `linger_s` after the last one left.

    Anyone who watches pictures or results takes one of `places`, which cameras share. Any thread may call anything; one
    lock guards the opening, the number of viewers and the closing timer.
    """

    def __init__(
        self,
        backend: CameraBackend[R, V],
        *,
        places: Places,
        name: str = MAIN_CAMERA,
        encode: Callable[[Pixels], bytes] = encode_jpeg,
        linger_s: float = LINGER_S,
        resend_s: float = RESEND_S,
    ) -> None:
        self.name = name
        self._backend, self._encode, self._places = backend, encode, places
        self._linger_s = linger_s
        self._resend_s = resend_s
        self._counts = Counts()
        self._lock = RLock()
        self._viewers = 0
        self._present = 0  # the viewers, and who else needs the source
        self._visits = 0
        self._opening: Opening[R, V] | None = None
        self._ended: Opening[R, V] | None = None
        self._timer: Timer | None = None
        self._is_closed = False

    def pictures(self, view: V, max_fps: float | None = None) -> Viewing[EncodedImage | None]:
        """Newest pictures of a view, at most `max_fps` a second; after each silent second the last one again.

        None stands for a picture while there has been none at all.
        """
        limiter = Limiter(max_fps)
        return self._watch(
            view, Stills, lambda opening: _resending(opening.stills(view).newest, self._resend_s, limiter)
        )

    def video(self, view: V) -> Viewing[bytes]:
        """A view as fragmented MP4, encoded once for all who watch it so; NoEncoder when this machine cannot.

        It can be played from its first byte. Something comes after every silent second, which players skip.
        """
        find_encoder()
        return self._watch(view, LiveVideo, lambda opening: opening.video(view).follow(self._resend_s))

    def results(self, *, is_viewer: bool = True) -> Viewing[Scene[R] | None]:
        """The newest scene whenever something has changed, perhaps the same one again; None after a silent second.

        Who is no viewer (a recording) takes no viewer's place, but keeps the source open as one does.
        """
        opening = self._enter(is_viewer)
        return Viewing(opening.scenes.follow(self._resend_s), partial(self._exit, is_viewer))

    def snapshot(self, view: V, timeout_s: float) -> bytes | None:
        """The newest picture as JPEG, which opens the source if need be; None when none comes in about that time."""
        limit_s = time.monotonic() + timeout_s
        with self.pictures(view) as pictures:
            for picture in pictures:
                if picture is not None and not picture.is_notice:
                    return picture.jpeg
                if time.monotonic() >= limit_s:
                    break
        return None

    @property
    def state(self) -> LiveState:
        with self._lock:
            opening, viewers = self._opening, self._viewers
        if opening is None:
            return LiveState(NOBODY, 0.0, None, viewers)
        scene = opening.scene
        if scene.outcome is None or not scene.is_live:
            return LiveState(scene.source, 0.0, None, viewers)
        return LiveState(scene.source, scene.outcome.fps, scene.outcome.latency_ms, viewers)

    def repaint(self) -> None:
        """Paint what is shown anew, as after a change of its mask, even while no new frame comes.

        Anyone who asks from now on gets nothing that was painted before.
        """
        with self._lock:
            opening = self._opening
        if opening is not None:
            opening.repaint()

    @property
    def newest(self) -> R | None:
        """The newest result; None unless results come."""
        with self._lock:
            opening = self._opening
        scene = None if opening is None else opening.scene
        return None if scene is None or scene.outcome is None or not scene.is_live else scene.outcome.result

    @property
    def views(self) -> frozenset[V]:
        """The views that are watched now: what none of them shows need not be found out."""
        with self._lock:
            opening = self._opening
        return frozenset() if opening is None else opening.views()

    @property
    def is_open(self) -> bool:
        """Whether a source is open or about to be."""
        return self._opening is not None

    @property
    def is_closed(self) -> bool:
        """Whether it was closed for good."""
        return self._is_closed

    def counts(self) -> dict[str, int]:
        """How many frames were captured, analyzed, dropped, how many failed, and how many people watch now."""
        counted = self._counts
        return {
            "frames_captured": counted.frames_captured,
            "frames_analyzed": counted.frames_analyzed,
            "frames_dropped": counted.frames_dropped,
            "errors": counted.errors,
            "viewers": self._viewers,
        }

    def close(self, timeout_s: float = 2.0) -> None:
        """End everybody's viewing at once and wait for the threads, a bounded time; nobody can watch afterwards."""
        self.stop()
        self.wait(timeout_s)

    def stop(self) -> None:
        """End everybody's viewing for good, without waiting for the threads."""
        with self._lock:
            self._is_closed = True
            self._stop_opening()

    def wait(self, timeout_s: float) -> None:
        """Wait for the threads of a camera that was stopped, a bounded time."""
        with self._lock:
            ended = self._ended
        if ended is not None and not ended.join(timeout_s):
            log.warning("The source does not close: leaving its thread behind")

    def _watch(
        self, view: V, form: type[Stills | LiveVideo], begin: Callable[[Opening[R, V]], Iterator[T]]
    ) -> Viewing[T]:
        opening = self._enter()
        try:
            values = begin(opening)
        except BaseException:
            self._exit()
            raise

        def leave() -> None:
            opening.leave(view, form)
            self._exit()

        return Viewing(values, leave)

    def _enter(self, is_viewer: bool = True) -> Opening[R, V]:
        with self._lock:
            if self._is_closed:
                raise BusyError("the service is stopping")
            if is_viewer:
                self._places.take()
            self._viewers += is_viewer
            self._present += 1
            self._visits += 1
            self._disarm()
            if self._opening is None:
                self._opening, self._ended = Opening(self._backend, self._encode, self._counts, self._ended), None
                self._opening.start()
            return self._opening

    def _exit(self, is_viewer: bool = True) -> None:
        with self._lock:
            if is_viewer:
                self._places.give_back()
            self._viewers -= is_viewer
            self._present -= 1
            if self._present == 0 and self._opening is not None:
                self._timer = Timer(self._linger_s, self._expire, (self._visits,))
                self._timer.daemon = True
                self._timer.start()

    def _expire(self, visits: int) -> None:
        with self._lock:
            if self._present == 0 and self._visits == visits:  # nobody has come since this timer was set
                self._stop_opening()

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_opening(self) -> None:
        self._disarm()
        if self._opening is not None:
            self._opening.stop()
            self._ended, self._opening = self._opening, None


def _resending(pictures: Latest[EncodedImage], silence_s: float, limiter: Limiter) -> Iterator[EncodedImage | None]:
    for picture in pictures.follow(silence_s):
        if picture is None:
            yield pictures.newest
        elif picture.is_notice or limiter.passes():
            yield picture
