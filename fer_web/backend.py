"""What the service's cameras are given: their sources, the loaded models, the drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from threading import Event

from fer_web.core import Frame, FrameResult, Pixels, Size
from fer_web.live import Masks, Turns
from fer_web.sources import SourceState, keep_open, masked_frame, open_source
from fer_web.startup import BackgroundStartup
from fer_web.vision import Overlay, View, draw, draw_notice, hides, narrowed
from fer_web.vision.overlays.blur import BLUR_PICTURE
from fer_web.web.http.metrics import Metrics


@dataclass(frozen=True, slots=True, eq=False)
class LiveBackend:
    """One camera's: `name` says which source and which mask is meant. Webcams are asked for `size`, files `loop`."""

    name: str
    startup: BackgroundStartup
    turns: Turns
    metrics: Metrics
    size: Size
    loop: bool = True
    masks: Masks = field(default_factory=Masks)

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        """The chosen source's frames, masked before anybody gets them; its state says why it was chosen, unless
        there is something worse to tell.
        """
        choice = self.startup.wait_for_choice(self.name, stop)
        if choice is None:
            return
        opened = partial(open_source, choice.uri, loop=self.loop, size=self.size, stop=stop)
        with closing(keep_open(opened, partial(_tell, on_state, choice.reason), stop, once=not self.loop)) as frames:
            for frame in frames:
                yield masked_frame(frame, self.masks.of(self.name))

    def analyze(self, views: Callable[[], frozenset[View]]) -> Callable[[Frame], FrameResult]:
        """A pipeline that works when it is this camera's turn; NotReadyError while the models are being loaded."""
        return self.turns.shared(self.startup.vision().live(partial(_needs_keypoints, views), partial(_hides, views)))

    def paint(self, result: FrameResult, view: View, fps: float) -> Pixels | None:
        """None for a view that hides people, while nobody has looked for all that may be a face."""
        if result.blur_areas is None and view.hiding and BLUR_PICTURE not in view.hiding:
            return None
        return narrowed(draw(self._masked(result), view.overlays, fps, view.shown_px), view.width)

    def notice(self, result: FrameResult | None, view: View, text: str) -> Pixels:
        """The sentence over the last picture, in which who is hidden stays hidden."""
        last = None if result is None else draw(self._masked(result), _hidden(result, view))
        return narrowed(draw_notice(last, self.size, text, view.shown_px), view.width)

    def _masked(self, result: FrameResult) -> FrameResult:
        """With the mask of now: a frame from before it was changed may be shown still."""
        return replace(result, frame=masked_frame(result.frame, self.masks.of(self.name)))

    def observe(self, result: FrameResult) -> None:
        self.metrics.observe_steps("live", result.timing_ms, self.name)


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
