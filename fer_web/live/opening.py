"""One opening of the source: three threads, from the first viewer to the last."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from threading import Event, Lock, RLock, Thread
from typing import Any, Generic, TypeVar, cast

from fer_web.core import Frame, Pixels
from fer_web.errors import FerError
from fer_web.live.backend import CameraBackend
from fer_web.live.latest import Latest
from fer_web.live.pace import Complaints, Rate
from fer_web.live.parts import Counts, EncodedImage, LiveResult, Painted, R, Scene, V
from fer_web.live.video import LiveVideo
from fer_web.sources import SourceState

log = logging.getLogger(__name__)


class Stills:
    """The pictures of a view as JPEGs, each encoded once. A lock guards the edition and what belongs to it."""

    def __init__(self, encode: Callable[[Pixels], bytes]) -> None:
        self._encode = encode
        self._lock = Lock()
        self.edition = 0
        self.newest: Latest[EncodedImage] = Latest()

    def show(self, picture: Painted, edition: int = 0) -> None:
        """The next picture; dropped when all of its edition was to be forgotten since it was begun."""
        image = EncodedImage(self._encode(picture.pixels), picture.is_notice)
        with self._lock:
            if edition == self.edition:
                self.newest.put(image)

    def forget(self) -> None:
        """Hand out nothing that was shown, or begun, before: another edition begins."""
        with self._lock:
            self.edition += 1
            self.newest.forget()

    def close(self) -> None:
        self.newest.close()


F = TypeVar("F", Stills, LiveVideo)  # the form in which a view is shown


@dataclass(slots=True)
class _Showing:
    """A view in one form, how many watch it, and what its newest picture shows."""

    form: Stills | LiveVideo
    watchers: int = 0
    shows: object = None


class Opening(Generic[R, V]):
    """Capture, analysis and painting, each in its own thread, each handing on only its newest.

    The capture thread first waits for the `previous` opening to end, so that a source is never open twice. Painting has
    a thread of its own so that it takes no time from the analysis; it paints each watched view once per outcome, for
    each watched form, and nothing when nobody watches. One lock guards the scene and the showings.
    """

    def __init__(
        self,
        backend: CameraBackend[R, V],
        encode: Callable[[Pixels], bytes],
        counts: Counts,
        previous: Opening[R, V] | None = None,
    ) -> None:
        self.scenes: Latest[Scene[R]] = Latest()
        self._backend, self._encode = backend, encode
        self._counts = counts
        self._previous = previous
        self._frames: Latest[tuple[Frame, float]] = Latest()
        self._showings: dict[tuple[V, type[Stills | LiveVideo]], _Showing] = {}
        self._stop = Event()
        self._lock = RLock()
        self._scene: Scene[R] = Scene(SourceState("connecting", "", ""))
        self.scenes.put(self._scene)
        works = (self._capture, self._analyze, self._paint)
        self._threads = [Thread(target=work, name=f"live{work.__name__}", daemon=True) for work in works]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Ask the threads to end and give everybody who waits the end; returns at once."""
        self._stop.set()
        with self._lock:
            self._frames.close()
            self.scenes.close()
            for showing in self._showings.values():
                showing.form.close()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the threads to end; whether they all did in time."""
        limit_s = None if timeout_s is None else time.monotonic() + timeout_s
        for thread in self._threads:
            thread.join(None if limit_s is None else max(0.0, limit_s - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    @property
    def scene(self) -> Scene[R]:
        return self._scene

    def stills(self, view: V) -> Stills:
        """A view as JPEGs, painted from now on and until everybody who watched it so has left."""
        return self._watched(view, Stills, partial(Stills, self._encode))

    def video(self, view: V) -> LiveVideo:
        """A view as video, in the same way."""
        return self._watched(view, LiveVideo, LiveVideo)

    def views(self) -> frozenset[V]:
        """The views that are watched now."""
        with self._lock:
            return frozenset(view for view, _ in self._showings)

    def leave(self, view: V, form: type[Stills | LiveVideo]) -> None:
        with self._lock:
            showing = self._showings[view, form]
            showing.watchers -= 1
            if showing.watchers == 0:
                showing.form.close()
                del self._showings[view, form]

    def _watched(self, view: V, kind: type[F], make: Callable[[], F]) -> F:
        with self._lock:
            showing = self._showings.get((view, kind))
            if showing is None:
                showing = self._showings[view, kind] = _Showing(make())
                if self._stop.is_set():
                    showing.form.close()
                self.scenes.put(self._scene)  # wakes the painter: the new view shall not wait for the next frame
            showing.watchers += 1
            return cast(F, showing.form)

    def repaint(self) -> None:
        """Paint every watched view anew, and hand out nothing that was painted before, or is being painted."""
        with self._lock:
            for showing in self._showings.values():
                showing.shows = None
                showing.form.forget()
            self.scenes.put(self._scene)

    def _change(self, **changes: Any) -> None:
        with self._lock:
            self._scene = replace(self._scene, **changes)
            self.scenes.put(self._scene)

    def _capture(self) -> None:
        if self._previous is not None:
            self._previous.join()
            self._previous = None
        try:
            with _closing(self._backend.frames(self._source_is, self._stop)) as frames:
                for frame in frames:
                    if self._stop.is_set():
                        return
                    self._counts.add("frames_captured")
                    self._frames.put((frame, time.monotonic() - frame.age_s))
            self._close_scene("the source has ended")
        except Exception:
            log.exception("Capturing failed")
            self._close_scene("reading the source failed, see the log")
        finally:
            self._frames.close()

    def _source_is(self, state: SourceState) -> None:
        self._change(source=state)

    def _close_scene(self, reason: str) -> None:
        self._change(source=SourceState("closed", self._scene.source.label, reason))

    def _analyze(self) -> None:
        analysis = _FrameAnalysis(self._backend, self.views, self._counts)
        seen = 0
        while (got := self._frames.wait(seen)) is not None and not self._stop.is_set():
            serial, (frame, captured_s) = got
            self._counts.add("frames_dropped", serial - seen - 1)
            seen = serial
            outcome, trouble = analysis.of(frame, captured_s)
            if outcome is not None:
                self._change(outcome=outcome, trouble=None)
            elif trouble != self._scene.trouble:
                self._change(trouble=trouble)

    def _paint(self) -> None:
        complaints = Complaints(log)
        for scene in self.scenes.follow():
            if scene is None or self._stop.is_set():
                continue
            try:
                self._paint_views(scene)
            except Exception as error:  # one picture that cannot be painted does not end the stream
                self._counts.add("errors")
                complaints.about("Painting", error)

    def _paint_views(self, scene: Scene[R]) -> None:
        shown = scene.notice or scene.outcome
        waiting: dict[V, list[tuple[Stills | LiveVideo, int]]] = {}
        with self._lock:
            for (view, _), showing in self._showings.items():
                if showing.shows != shown:
                    showing.shows = shown
                    waiting.setdefault(view, []).append((showing.form, showing.form.edition))
        for view, forms in waiting.items():
            picture = self._painted(scene, view)
            if picture is not None:
                for form, edition in forms:
                    form.show(picture, edition)

    def _painted(self, scene: Scene[R], view: V) -> Painted | None:
        if scene.notice is not None:
            last = None if scene.outcome is None else scene.outcome.result
            return Painted(self._backend.notice(last, view, scene.notice), is_notice=True)
        if scene.outcome is None:
            return None
        pixels = self._backend.paint(scene.outcome.result, view, scene.outcome.fps)
        return None if pixels is None else Painted(pixels)


class _FrameAnalysis(Generic[R, V]):
    """The analysis of one opening, made at its first frame; belongs to the analysis thread."""

    def __init__(self, backend: CameraBackend[R, V], views: Callable[[], frozenset[V]], counts: Counts) -> None:
        self._backend, self._views = backend, views
        self._counts = counts
        self._rate = Rate()
        self._complaints = Complaints(log)
        self._analyze: Callable[[Frame], R] | None = None

    def of(self, frame: Frame, captured_s: float) -> tuple[LiveResult[R] | None, str | None]:
        """A frame's outcome, or why there is none: one frame that fails does not end the stream."""
        try:
            if self._analyze is None:
                self._analyze = self._backend.analyze(self._views)
            result = self._analyze(frame)
            self._backend.observe(result)
        except Exception as error:
            self._counts.add("errors")
            self._complaints.about("Analyzing a frame", error)
            return None, str(error) if isinstance(error, FerError) else "The analysis failed, see the log"
        self._counts.add("frames_analyzed")
        latency_ms = (time.monotonic() - captured_s) * 1000
        return LiveResult(frame, result, self._rate.tick(), latency_ms, captured_s), None


@contextlib.contextmanager
def _closing(frames: Iterator[Frame]) -> Iterator[Iterator[Frame]]:
    """End a generator when its reader stops early, so that its source is closed in the thread that reads it."""
    try:
        yield frames
    finally:
        close = getattr(frames, "close", None)
        if close is not None:
            close()
