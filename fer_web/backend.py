"""What the service's cameras are given: their sources, the loaded models, the drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event

from fer_web.core import Frame, FrameResult, Pixels, Size
from fer_web.fleet import CameraLeases, SharedCamera
from fer_web.fleet.shared_camera import AnalyzedFrame
from fer_web.live import Masks, Turns
from fer_web.sources import SourceState, keep_open, masked_frame, masked_result, open_source
from fer_web.sources.reopening import OpenSource
from fer_web.startup import BackgroundStartup
from fer_web.vision import Overlay, View, draw, draw_notice, hides, narrowed
from fer_web.vision.overlays.blur import BLUR_PICTURE
from fer_web.web.http.metrics import Metrics


@dataclass(frozen=True, slots=True, eq=False)
class LiveBackend:
    """One camera's: `name` says which source and which mask is meant. Webcams are asked for `size`, files `loop`.

    In a fleet the source is opened with one of `leases`, and `elsewhere` tells the views that other processes show.
    """

    name: str
    startup: BackgroundStartup
    turns: Turns
    metrics: Metrics
    size: Size
    loop: bool = True
    masks: Masks = field(default_factory=Masks)
    leases: CameraLeases | None = None
    elsewhere: Callable[[], frozenset[View]] = frozenset

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        """The chosen source's frames, masked before anybody gets them; its state says why it was chosen, unless
        there is something worse to tell.
        """
        choice = self.startup.wait_for_choice(self.name, stop)
        if choice is None:
            return
        opened: Callable[[], OpenSource] = partial(open_source, choice.uri, loop=self.loop, size=self.size, stop=stop)
        if self.leases is not None:
            opened = partial(self.leases.opened, self.name, opened)
        with closing(keep_open(opened, partial(_tell, on_state, choice.reason), stop, once=not self.loop)) as frames:
            for frame in frames:
                yield masked_frame(frame, self.masks.of(self.name))

    def analyze(self, views: Callable[[], frozenset[View]]) -> Callable[[Frame], FrameResult]:
        """A pipeline that works when it is this camera's turn; NotReadyError while the models are being loaded."""
        everywhere = partial(self._everywhere, views)
        vision = self.startup.vision()
        analyzed = self.turns.shared(vision.live(partial(_needs_keypoints, everywhere), partial(_hides, everywhere)))
        return lambda frame: self._masked(analyzed(frame))

    def paint(self, result: FrameResult, view: View, fps: float) -> Pixels | None:
        """None for a view that hides people, while nobody has looked for all that may be a face."""
        return _painted(self._masked(result), view, fps)

    def notice(self, result: FrameResult | None, view: View, text: str) -> Pixels:
        """The sentence over the last picture, in which who is hidden stays hidden."""
        return _noticed(None if result is None else self._masked(result), view, text, self.size)

    def _everywhere(self, views: Callable[[], frozenset[View]]) -> frozenset[View]:
        return views() | self.elsewhere()

    def _masked(self, result: FrameResult) -> FrameResult:
        """With the mask of now: a frame from before it was changed may be shown still."""
        return masked_result(result, self.masks.of(self.name))

    def observe(self, result: FrameResult) -> None:
        self.metrics.observe_steps("live", result.timing_ms, self.name)


@dataclass(frozen=True, slots=True, eq=False)
class SharedBackend:
    """A camera that another process has: analyzed and masked there, drawn here.

    Notices without a picture have `size`.
    """

    shared: SharedCamera
    size: Size

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        """The other process's frames, with what it found in them."""
        return self.shared.frames(on_state, stop)

    def analyze(self, views: Callable[[], frozenset[View]]) -> Callable[[Frame], FrameResult]:
        """What the other process found. It learns which views are watched here, so that it finds what they show."""
        self.shared.watch(views)
        return _result_from_elsewhere

    def paint(self, result: FrameResult, view: View, fps: float) -> Pixels | None:
        """As in the process that has the camera."""
        return _painted(self._masked(result), view, fps)

    def notice(self, result: FrameResult | None, view: View, text: str) -> Pixels:
        """As in the process that has the camera."""
        return _noticed(None if result is None else self._masked(result), view, text, self.size)

    def _masked(self, result: FrameResult) -> FrameResult:
        """With the mask that was last told: a frame from before it was changed may be shown still."""
        newest, frame = self.shared.newest, result.frame
        if newest is None or (isinstance(frame, AnalyzedFrame) and frame.mask == newest.mask):
            return result
        return masked_result(result, newest.mask)

    def observe(self, result: FrameResult) -> None:
        """Counted where it was analyzed."""


@dataclass(frozen=True, slots=True, eq=False)
class VisitBackend:
    """What visits are given: the same pipeline for each."""

    startup: BackgroundStartup
    metrics: Metrics

    def analyze(self) -> Callable[[Frame], FrameResult]:
        """A pipeline of a visit's own; NotReadyError while the models are being loaded."""
        return self.startup.vision().live()

    def observe(self, result: FrameResult) -> None:
        self.metrics.observe_steps("visitor", result.timing_ms)


def _result_from_elsewhere(frame: Frame) -> FrameResult:
    if not isinstance(frame, AnalyzedFrame):
        raise TypeError("this frame has not been analyzed elsewhere")
    return frame.result()


def _painted(result: FrameResult, view: View, fps: float) -> Pixels | None:
    if result.blur_areas is None and view.hiding and BLUR_PICTURE not in view.hiding:
        return None
    return narrowed(draw(result, view.overlays, fps, view.shown_px), view.width)


def _noticed(result: FrameResult | None, view: View, text: str, size: Size) -> Pixels:
    last = None if result is None else draw(result, _hidden(result, view))
    return narrowed(draw_notice(last, size, text, view.shown_px), view.width)


def _tell(on_state: Callable[[SourceState], None], reason: str, state: SourceState) -> None:
    on_state(replace(state, reason=state.reason or reason))


def _hides(views: Callable[[], frozenset[View]]) -> bool:
    return any(hides(view.overlays) for view in views())


def _hidden(result: FrameResult, view: View) -> frozenset[Overlay]:
    """The view's layers that hide people; the whole picture, while nobody has looked for all that may be a face."""
    if view.hiding and result.blur_areas is None:
        return view.hiding | {BLUR_PICTURE}
    return view.hiding


def _needs_keypoints(views: Callable[[], frozenset[View]]) -> bool:
    return any(overlay.needs_keypoints for view in views() for overlay in view.overlays)
