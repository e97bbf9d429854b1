"""A source that is kept open comes back, with growing pauses, and says how it is doing."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from fer_web.errors import SourceError, SourceLost, SourceTaken
from fer_web.sources import GrabbedImage, Source, SourceState, keep_open

BLACK = np.zeros((2, 3, 3), np.uint8)


class Stop(threading.Event):
    """An event whose waits take no time and are remembered; each moves the clock."""

    def __init__(self) -> None:
        super().__init__()
        self.pauses: list[float] = []
        self.now_s = 100.0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.pauses.append(timeout)
        self.now_s += timeout
        return self.is_set()

    def clock(self) -> float:
        return self.now_s


def working(count: int, label: str = "cam") -> Source:
    def driver(stop: threading.Event) -> Iterator[GrabbedImage]:
        for number in range(count):
            yield GrabbedImage(number * 0.5, BLACK)
        raise SourceLost(f"{label} is gone")

    return Source("webcam", label, driver, keep_every=True)


def run(openings: list[Callable[[], Source]]) -> tuple[list[tuple[int, float]], list[SourceState], Stop]:
    """Frames (number, time), states and pauses until every opening was used."""
    stop, states, left = Stop(), [], list(openings)

    def open_next() -> Source:
        if not left:
            stop.set()
            return failing()
        return left.pop(0)()

    frames = [(frame.index, frame.time_s) for frame in keep_open(open_next, states.append, stop, clock=stop.clock)]
    return frames, states, stop


def failing(sentence: str = "cam cannot be opened") -> Source:
    raise SourceError(sentence)


def taken() -> Source:
    raise SourceTaken("cam is taken")


def ignore(state: SourceState) -> None:
    pass


def test_numbers_and_times_keep_growing_over_a_reopening() -> None:
    frames, _, _ = run([lambda: working(3), lambda: working(2)])
    assert frames == [(0, 0.0), (1, 0.5), (2, 1.0), (3, 1.5), (4, 2.0)]


def test_pauses_double_up_to_fifteen_seconds() -> None:
    _, _, stop = run([failing] * 8)
    assert stop.pauses[:7] == [0.5, 1, 2, 4, 8, 15, 15]


def test_pauses_start_over_after_a_good_period() -> None:
    stop = Stop()
    openings = iter([0.0, 0.0, 12.0, 0.0])

    def open_next() -> Source:
        try:
            lasts_s = next(openings)
        except StopIteration:
            stop.set()
            raise SourceError("done") from None
        if lasts_s == 0:
            failing()
        return working(1)

    for _ in keep_open(open_next, ignore, stop, clock=stop.clock):
        stop.now_s += 12
    assert stop.pauses == [0.5, 1, 0.5, 1]


def test_a_source_that_another_process_has_is_asked_for_soon_and_told_of_once() -> None:
    _, states, stop = run([failing, failing, failing, *[taken] * 4, failing])

    assert stop.pauses == [0.5, 1, 2, 0.5, 0.5, 0.5, 0.5, 1]
    assert [state.reason for state in states if state.status == "reconnecting"] == [
        "cam cannot be opened",
        "cam is taken",
        "cam cannot be opened",
    ]


def test_a_failure_that_takes_long_is_not_a_good_period() -> None:
    stop = Stop()
    left = [1, 1, 1]

    def open_slowly() -> Source:
        if not left:
            stop.set()
        else:
            left.pop()
        stop.now_s += 30
        return failing()

    assert list(keep_open(open_slowly, ignore, stop, clock=stop.clock)) == []
    assert stop.pauses == [0.5, 1, 2]


def test_each_change_is_told_and_logged_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    _, states, _ = run([lambda: working(1), failing, failing, lambda: working(1)])
    assert [(state.status, state.label, state.reason) for state in states] == [
        ("connecting", "", ""),
        ("live", "cam", ""),
        ("reconnecting", "cam", "cam is gone"),
        ("reconnecting", "cam", "cam cannot be opened"),
        ("live", "cam", ""),
        ("reconnecting", "cam", "cam is gone"),
        ("closed", "cam", ""),
    ]
    assert len(caplog.records) == len(states)
    assert caplog.messages[2] == "Source cam: reconnecting (cam is gone)"


def test_a_file_that_is_played_once_ends_and_stays_so() -> None:
    stop, states, opened = threading.Event(), [], []

    def clip(closed: threading.Event) -> Iterator[GrabbedImage]:
        yield GrabbedImage(0.0, BLACK)

    def opens() -> Source:
        opened.append(1)
        return Source("file", "Talk.mp4", clip, keep_every=True)

    def told(state: SourceState) -> None:
        states.append(state)
        if state.status == "ended":
            threading.Timer(0.3, stop.set).start()

    assert len(list(keep_open(opens, told, stop, once=True))) == 1
    assert len(opened) == 1
    assert [state.status for state in states] == ["connecting", "live", "ended", "closed"]
    assert states[2].reason == "Talk.mp4 has been played to its end"


def test_a_camera_is_opened_again_even_where_files_are_played_once() -> None:
    stop, states = Stop(), []
    left = [lambda: working(1), lambda: working(1)]

    def opens() -> Source:
        if not left:
            stop.set()
            return failing()
        return left.pop()()

    assert len(list(keep_open(opens, states.append, stop, clock=stop.clock, once=True))) == 2
    assert "ended" not in {state.status for state in states}


def test_the_demo_says_that_it_is_one() -> None:
    stop, states = threading.Event(), []

    def driver(closed: threading.Event) -> Iterator[GrabbedImage]:
        yield GrabbedImage(0.0, BLACK)

    frames = keep_open(lambda: Source("demo", "demo", driver), states.append, stop)
    next(frames)
    assert states[-1] == SourceState("demo", "demo")
    frames.close()  # type: ignore[attr-defined]
    assert states[-1] == SourceState("closed", "demo")


def test_leaving_early_releases_the_source() -> None:
    stop, sources = threading.Event(), []

    def open_it() -> Source:
        sources.append(working(10))
        return sources[-1]

    frames = keep_open(open_it, ignore, stop)
    next(frames)
    frames.close()  # type: ignore[attr-defined]
    assert sources[0].released(5)


def test_stop_ends_a_long_pause() -> None:
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    assert list(keep_open(failing, ignore, stop)) == []
