"""A source that never ends: whatever disappears is opened again."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Literal, Protocol, TypeAlias

from fer_web.core import Frame
from fer_web.errors import SourceError, SourceTaken

Status: TypeAlias = Literal["connecting", "live", "reconnecting", "demo", "ended", "closed"]

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
# A source that delivered for this long was well: when it is lost, the next pause is a short one again.
_GOOD_PERIOD_S = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SourceState:
    """How the source is doing, for people: `label` is empty until it was opened once, `reason` unless it is lost."""

    status: Status
    label: str = ""
    reason: str = ""


class OpenSource(Protocol):
    """What is read while it is open: a `Source`, or something around one."""

    kind: str
    label: str

    def frames(self) -> Iterator[Frame]:
        """Frames until it ends; SourceError when it is lost."""

    def __enter__(self) -> OpenSource: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


def keep_open(
    open: Callable[[], OpenSource],  # noqa: A002 - the verb that it is
    on_state: Callable[[SourceState], None],
    stop: threading.Event,
    *,
    clock: Callable[[], float] = time.monotonic,
    once: bool = False,
) -> Generator[Frame, None, None]:
    """Frames of whatever `open` returns, over and over until `stop` is set; number and time never go back.

    `once`: a file that has been read to its end has ended, and is not opened again.

    Pauses double from 0.5 s to 15 s; a source that another process has open may be free at any time, and is always
    asked for soon. `on_state` hears of every change once, in this thread. Give `stop` to
    `open_source` as well, so that a stalled camera does not delay the end.
    """
    report = _Reporter(on_state)
    counter = _Counter(clock)
    pause_s = FIRST_PAUSE_S
    report("connecting")
    try:
        while not stop.is_set():
            opened_s: float | None = None
            try:
                with open() as source:
                    report("demo" if source.kind == "demo" else "live", source.label)
                    opened_s = clock()
                    yield from counter.continued(source.frames(), stop)
                    if once and source.kind == "file" and not stop.is_set():
                        report("ended", reason=f"{source.label} has been played to its end")
                        stop.wait()
                    reason = f"{source.label} ended"
            except SourceError as error:
                reason = str(error)
                if isinstance(error, SourceTaken):
                    pause_s = FIRST_PAUSE_S
            if stop.is_set():
                break
            report("reconnecting", reason=reason)
            if opened_s is not None and clock() - opened_s >= _GOOD_PERIOD_S:
                pause_s = FIRST_PAUSE_S
            stop.wait(pause_s)
            pause_s = min(pause_s * 2, LONGEST_PAUSE_S)
    finally:
        report("closed")


class _Reporter:
    """Tells and logs each change of state once."""

    def __init__(self, on_state: Callable[[SourceState], None]) -> None:
        self._on_state = on_state
        self._state = SourceState("closed")

    def __call__(self, status: Status, label: str = "", reason: str = "") -> None:
        state = SourceState(status, label or self._state.label, reason)
        if state == self._state:
            return
        self._state = state
        level = logging.WARNING if status == "reconnecting" else logging.INFO
        name, doing = f"Source {state.label}".rstrip(), "live" if status == "demo" else status
        log.log(level, "%s: %s%s", name, doing, f" ({reason})" if reason else "")
        self._on_state(state)


class _Counter:
    """Numbers and times that keep growing from one opening to the next."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._last: tuple[int, float] | None = None
        self._seen_s = 0.0

    def continued(self, frames: Iterator[Frame], stop: threading.Event) -> Iterator[Frame]:
        """`frames`, counted on from the last one; the time that passed in between counts."""
        offset: tuple[int, float] | None = None
        for frame in frames:
            if stop.is_set():
                return
            if offset is None:
                offset = self._offset(frame)
            now = replace(frame, index=frame.index + offset[0], time_s=frame.time_s + offset[1])
            self._last = now.index, now.time_s
            self._seen_s = self._clock()
            yield now

    def _offset(self, first: Frame) -> tuple[int, float]:
        if self._last is None:
            return 0, 0.0
        gap_s = max(self._clock() - self._seen_s, 0.001)
        return self._last[0] + 1 - first.index, self._last[1] + gap_s - first.time_s
